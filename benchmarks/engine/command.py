"""What ``leadline fit FILE`` costs beyond the fit itself, and how that grows with the data.

python -m benchmarks.engine.command
python -m benchmarks.engine.command --sizes M X XX --kinds parquet --methods joint
"""

from __future__ import annotations

import argparse
import csv
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.engine.designs import Design, design
from benchmarks.engine.launch import Ended, launch
from benchmarks.engine.peers import PEERS
from benchmarks.engine.table import columns

RESULTS = Path(__file__).parent / "results" / "command.csv"


class Row(NamedTuple):
    """One process. ``x_fit``: of the fit's own time. ``growth``: time a rating, to the size before."""

    data: str
    ratings: int
    method: str
    source: str
    outcome: str = "ok"
    seconds: str = ""
    peak_mb: str = ""
    x_fit: str = ""
    growth: str = ""
    others: str = ""


class Runs:
    """Runs the processes and keeps their rows, so that one can be compared with those before."""

    def __init__(self, limit: float, memory: float) -> None:
        self.limit, self.memory = limit, memory
        self.rows: list[Row] = []
        self.each: dict[tuple[str, str], float] = {}

    def run(self, size: Design, method: str, folder: Path, kinds: list[str]) -> None:
        """The fit itself, on a table in memory where it fits, then the command on each kind of file."""
        with tempfile.TemporaryDirectory() as out:
            peer = next(peer for peer in PEERS if (peer.name, peer.method) == ("Leadline", method))
            ended = self._launch(peer.command(sys.executable, folder, Path(out)))
            facts = Path(out) / "facts.json"
            fit = json.loads(facts.read_text(encoding="utf-8"))["seconds"] if facts.exists() else None
            self._keep(Row(size.name, size.n_ratings, method, "fit"), ended, fit, fit)
        for kind in kinds:
            with tempfile.TemporaryDirectory() as out:
                command = [sys.executable, "-m", "leadline", "fit", str(folder / f"ratings.{kind}")]
                ended = self._launch([*command, "--out", f"{out}/fit", "--method", method])
                seconds = ended.seconds if ended.status == 0 else None
                self._keep(Row(size.name, size.n_ratings, method, kind), ended, seconds, fit)

    def _launch(self, command: list[str]) -> Ended:
        return launch(command, seconds=self.limit, gigabytes=self.memory)

    def _keep(self, row: Row, ended: Ended, seconds: float | None, fit: float | None) -> None:
        if seconds is None:
            row = row._replace(outcome="no end in time" if ended.out_of_time else ended.last_words)
        else:
            each = seconds / row.ratings
            before = self.each.get((row.method, row.source))
            self.each[row.method, row.source] = each
            row = row._replace(
                seconds=f"{seconds:.3f}",
                x_fit=f"{seconds / fit:.2f}" if fit else "",
                growth=f"{each / before:.2f}" if before else "",
            )
        self.rows.append(row._replace(peak_mb=f"{ended.peak_mb:.0f}", others=f"{ended.others:.1f}"))


def write(out: Path, rows: list[Row]) -> None:
    """Keep what is known so far: the largest size may be stopped."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([Row._fields, *rows])


def main() -> None:
    # Ending like an interrupt, it takes its child and its data along.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(
        "python -m benchmarks.engine.command", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--sizes", nargs="+", default=["M", "X", "XX"], metavar="SIZE", help="smallest first")
    parser.add_argument("--kinds", nargs="+", default=["parquet", "csv"], choices=["parquet", "csv"])
    parser.add_argument("--methods", nargs="+", default=["marginal", "joint"], metavar="NAME")
    parser.add_argument("--limit", type=float, default=900, help="seconds a process may take")
    parser.add_argument("--memory", type=float, default=16, help="gigabytes a process may have")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    runs = Runs(given.limit, given.memory)
    for name in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            make = [sys.executable, "-m", "benchmarks.engine.files", name, "1", folder, *given.kinds]
            subprocess.run(make, check=True)
            for method in given.methods:
                runs.run(design(name), method, Path(folder), given.kinds)
                write(given.out, runs.rows)
    print(columns([Row._fields, *([str(cell) for cell in row] for row in runs.rows)]))


if __name__ == "__main__":
    main()
