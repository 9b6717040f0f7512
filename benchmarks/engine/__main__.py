"""Fit the same data with every program and print them beside Leadline.

python -m benchmarks.engine                           T and S, everybody who is installed
python -m benchmarks.engine --sizes M X --peers Leadline girth
python -m benchmarks.engine --sizes S+halo --seeds 5 --peer-python ~/peers/bin/python
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.engine.designs import OPTIONS, SIZES, Design, design
from benchmarks.engine.launch import launch
from benchmarks.engine.peers import PEERS, Peer
from benchmarks.engine.record import Record, not_run, record, write_csv
from benchmarks.engine.table import table

RESULTS = Path(__file__).parent / "results" / "peers.csv"

MOST_ATTEMPTS = 5
"""Data sets drawn for a program that fails to converge; on the last one its failure is shown."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.engine", description=__doc__.splitlines()[0])
    sizes = f"of {', '.join(SIZES)}; add +{', +'.join(OPTIONS)}"
    small = [SIZES["T"], SIZES["S"]]
    parser.add_argument("--sizes", nargs="+", type=design, default=small, metavar="SIZE", help=sizes)
    names = sorted({peer.name for peer in PEERS}, key=str.lower)
    parser.add_argument(
        "--peers", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names)
    )
    parser.add_argument("--seeds", type=int, default=1, help="data sets of each size")
    parser.add_argument(
        "--peer-python", default=sys.executable, help="interpreter the Python peers are installed in"
    )
    parser.add_argument("--limit", type=float, default=900, help="seconds a process may take")
    parser.add_argument("--memory", type=float, default=16, help="gigabytes a process may have")
    parser.add_argument(
        "--all", action="store_true", help="also start programs on data known to be too large"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="CSV, one row a fit")
    given = parser.parse_args()
    if factors := [size.name for size in given.sizes if size.n_factors > 1]:
        parser.error(f"{', '.join(factors)}: no peer has several factors; see benchmarks.engine.coverage")
    return given


def make(size: Design, seed: int, folder: str) -> None:
    """Draw a data set in a process of its own: a child's peak begins with its parent's."""
    module = "benchmarks.engine.files"
    subprocess.run([sys.executable, "-m", module, size.name, str(seed), folder, "parquet"], check=True)


def run(peer: Peer, size: Design, seed: int, folder: Path, given: argparse.Namespace) -> Record:
    if size.n_ratings > peer.most and not given.all:
        return not_run(size.name, seed, peer, f"not started above {peer.most:,.0f} ratings")
    with tempfile.TemporaryDirectory() as out:
        command = peer.command(given.peer_python, folder, Path(out))
        ended = launch(command, seconds=given.limit, gigabytes=given.memory)
        return record(size.name, seed, peer, folder=folder, out=Path(out), ended=ended)


def next_seed(chosen: list[Peer], size: Design, after: int, given: argparse.Namespace) -> list[Record]:
    """Everybody's records on the next seed on which those who may fail to converge do.

    They go first, so that nobody else is run on data that are not used.
    """
    for seed in range(after + 1, after + 1 + MOST_ATTEMPTS):
        records: list[Record] = []
        with tempfile.TemporaryDirectory() as folder:
            make(size, seed, folder)
            for peer in sorted(chosen, key=lambda one: not one.fails):
                records.append(run(peer, size, seed, Path(folder), given))
                print(table(records[-1:]).splitlines()[1], file=sys.stderr, flush=True)
                if peer.fails and records[-1].converged == "no" and seed < after + MOST_ATTEMPTS:
                    break
            else:
                break
    order = {(peer.name, peer.method): n for n, peer in enumerate(chosen)}
    return sorted(records, key=lambda row: order[row.peer, row.method])


def main() -> None:
    # Ending like an interrupt, it takes its child and its data along.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = arguments()
    records: list[Record] = []
    for size in given.sizes:
        options = size.name.split("+")
        chosen = [p for p in PEERS if p.name in given.peers and (not p.only or p.only in options)]
        seed = 0
        for _ in range(given.seeds):
            records += next_seed(chosen, size, seed, given)
            seed = records[-1].seed
            write_csv(records, given.out)
    print(table(records))
    busy = max((row.others for row in records if row.others == row.others), default=0.0)
    print(f"Meanwhile other processes kept up to {busy:.1f} of {os.cpu_count()} cores busy.")


if __name__ == "__main__":
    main()
