"""What one program did on one data set: a row of the results."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.engine.accuracy import accuracy
from benchmarks.engine.launch import Ended
from benchmarks.engine.peers import Peer
from benchmarks.engine.peers.adapter import NOT_INSTALLED, NOT_OFFERED
from benchmarks.engine.simulate import read_truth

NAN = math.nan


@dataclass(frozen=True)
class Record:
    """One fit. NaN where there is no figure; ``outcome`` says why there is none.

    ``seconds`` and ``first_seconds`` are of the fit alone, the quickest and the first of up to
    three; ``prepare_seconds`` of putting the data into the program's own form before; ``engine_seconds``
    what the program says itself; ``peak_mb`` the process's up to then.
    ``others`` is how many cores the rest of the machine kept busy: well above 0, times are too long.
    """

    data: str
    seed: int
    peer: str
    method: str
    outcome: str
    seconds: float = NAN
    cpu_seconds: float = NAN
    first_seconds: float = NAN
    prepare_seconds: float = NAN
    engine_seconds: float = NAN
    peak_mb: float = NAN
    theta_rmse: float = NAN
    theta_rmse_scaled: float = NAN
    severity_rmse: float = NAN
    severity_rmse_scaled: float = NAN
    sd_ratio: float = NAN
    coverage: float = NAN
    halo_sd: float = NAN
    converged: str = ""
    version: str = ""
    others: float = NAN


def not_run(data: str, seed: int, peer: Peer, why: str) -> Record:
    return Record(data, seed, peer.name, peer.method, why)


def record(data: str, seed: int, peer: Peer, *, folder: Path, out: Path, ended: Ended) -> Record:
    """Read what a process left behind, and compare it with the truth."""
    facts_file = out / "facts.json"
    if not facts_file.exists():
        return Record(
            data, seed, peer.name, peer.method, _outcome(ended), peak_mb=ended.peak_mb, others=ended.others
        )
    facts: dict[str, Any] = json.loads(facts_file.read_text(encoding="utf-8"))
    true = read_truth(folder)
    found = accuracy(
        np.fromfile(out / "theta.bin"),
        true.theta[:, 0],
        _column(out, "theta_se"),
        _column(out, "severity"),
        true.severity,
        same_unit=peer.unit == "logits",
    )
    converged = {True: "yes", False: "no", None: ""}[facts.pop("converged", None)]
    measured = {name: value for name, value in facts.items() if value is not None}
    return Record(
        data,
        seed,
        peer.name,
        peer.method,
        outcome="ok" if ended.status == 0 else f"ok, no standard errors: {_outcome(ended)}",
        converged=converged,
        others=ended.others,
        **measured,
        **found._asdict(),
    )


def _column(out: Path, name: str) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    file = out / f"{name}.bin"
    return np.fromfile(file) if file.exists() else None


def _outcome(ended: Ended) -> str:
    if ended.status is None or ended.status == NOT_INSTALLED:
        return "not installed"
    if ended.out_of_time:
        return f"no end within {ended.seconds:.0f} s"
    if ended.status == NOT_OFFERED:
        return f"not offered: {ended.last_words}"
    if ended.status < 0:
        return f"ended by signal {-ended.status}"
    return f"failed: {ended.last_words}"


def write_csv(records: Iterable[Record], path: Path) -> None:
    """One row a record; an empty cell where there is no figure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Record)], lineterminator="\n")
        writer.writeheader()
        for row in records:
            writer.writerow({name: _cell(value) for name, value in asdict(row).items()})


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return value
