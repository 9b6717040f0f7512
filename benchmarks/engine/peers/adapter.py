"""Fit one program to one data set in this process and write what it found.

An adapter module names its ``PACKAGE`` and has three steps: ``prepare(folder, design, method)`` puts
the data into the form the program takes, ``fit`` is what is timed, ``read`` takes figures from what
was fitted. Where standard errors are a step of their own it is ``errors``, and its time is not
counted against the program.

A fit that is quick is repeated in the same process: ``first_seconds`` pays for compilers and caches,
``seconds``, the quickest, does not. ``cpu_seconds`` are those of the quickest over all threads: much
less than ``seconds`` means that the machine was busy with something else.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Mapping
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from benchmarks.engine.designs import Design
from numpy.typing import NDArray

NOT_INSTALLED, NOT_OFFERED = 69, 70
"""Exit status of a process whose program is missing, or has nothing for such data."""

REPEAT_BELOW = 10.0
REPEATS = 3

Floats = NDArray[np.float64]


class NotOfferedError(Exception):
    """The program has no such method, or none for such data."""


class Estimates(NamedTuple):
    """Figures in the order of the codes; NaN where the program has none for that person.

    ``theta`` has shape (P,) or, with several factors, (P, F).
    """

    theta: Floats
    theta_se: Floats | None = None
    severity: Floats | None = None
    halo_sd: float | None = None
    converged: bool | None = None
    engine_seconds: float | None = None


def adapt(module: str, method: str, folder: Path, out: Path) -> None:
    """Fit, write the estimates, then standard errors: where these take too long the rest is kept."""
    try:
        peer = import_module(f"benchmarks.engine.peers.{module}")
    except ModuleNotFoundError as missing:
        sys.exit(NOT_INSTALLED if missing.name == package_of(module) else str(missing))
    try:
        begun = time.perf_counter()
        prepared = peer.prepare(folder, Design.load(folder), method)
        prepared_seconds = time.perf_counter() - begun
        timings: list[tuple[float, float]] = []
        while len(timings) < REPEATS and sum(wall for wall, _ in timings) < REPEAT_BELOW:
            begun, worked = time.perf_counter(), time.process_time()
            fitted = peer.fit(prepared)
            timings.append((time.perf_counter() - begun, time.process_time() - worked))
    except NotOfferedError as reason:
        print(reason, file=sys.stderr)
        sys.exit(NOT_OFFERED)
    facts = {
        "version": metadata.version(peer.PACKAGE),
        "seconds": min(timings)[0],
        "cpu_seconds": min(timings)[1],
        "first_seconds": timings[0][0],
        "prepare_seconds": prepared_seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    estimates = peer.read(fitted)
    scalars = ("halo_sd", "converged", "engine_seconds")
    facts |= {name: getattr(estimates, name) for name in scalars}
    write(out, facts, {name: getattr(estimates, name) for name in ("theta", "theta_se", "severity")})
    if hasattr(peer, "errors"):
        write(out, facts, {"theta_se": peer.errors(fitted)})


def package_of(module: str) -> str:
    """Name under which the program of an adapter is imported."""
    return module.split("_", maxsplit=1)[0]


def write(out: Path, facts: Mapping[str, Any], arrays: Mapping[str, Floats | None]) -> None:
    for name, values in arrays.items():
        if values is not None:
            np.asarray(values, dtype=np.float64).tofile(out / f"{name}.bin")
    (out / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
