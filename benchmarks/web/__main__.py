"""50 people answer at once in a cycle of 500 ratees, 12 raters and 44 items: how long they wait.

First they think about every answer, as people do; then, for the limit, nobody thinks and all submit at once.
The cycle is then closed and scored by the worker, and all open a result.

python -m benchmarks.web                  on PostgreSQL: people who think, then all submit at one moment
python -m benchmarks.web --database sqlite
python -m benchmarks.web --think 3        seconds a person thinks about an answer, on average
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from functools import partial
from statistics import median, quantiles
from typing import Any

from benchmarks.__main__ import RESULTS, show, write
from benchmarks.web.rater import Browser, Times, at_once, crowd
from benchmarks.web.server import PORT, megabytes, processor_seconds, served, watched

CLOSE = [sys.executable, "-m", "benchmarks.web.close"]
BAR = {"autosave": 0.3, "submit": 0.3, "results": 1.0}
"""Seconds, for people who think."""
TEAMMATES = {"form": 1.0, "submit": 2.0, "results": 7.0}
"""Mean seconds that TEAMMATES, the peer, allows itself with 10 people at once (``MEAN_RESP_TIME_LIMIT`` of
``FeedbackSessionViewLNPTest`` and ``FeedbackSessionSubmitLNPTest``); ours are 95th percentiles."""


def rows(case: str, times: Times, seconds: float, bars: dict[str, float]) -> list[dict[str, Any]]:
    """One row a kind of request."""
    total = sum(map(len, times.by_kind.values()))
    found = []
    for kind, taken in sorted(times.by_kind.items()):
        p95 = quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
        bar = bars.get(kind)
        found.append(
            {
                "case": case,
                "request": kind,
                "n": len(taken),
                "median_ms": round(1000 * median(taken), 1),
                "p95_ms": round(1000 * p95, 1),
                "most_ms": round(1000 * max(taken), 1),
                "bar": "" if bar is None else ("met" if p95 < bar else "missed") + f": {1000 * bar:.0f} ms",
                "share_of_teammates": round(p95 / TEAMMATES[kind], 3) if kind in TEAMMATES else None,
                "requests_a_second": round(total / seconds, 1),
                "load": round(os.getloadavg()[0], 1),
            }
        )
    return found


def read(path: str, think: float, browser: Browser) -> None:
    """Open a result three times, and look at it in between."""
    for _ in range(3):
        time.sleep(random.expovariate(1 / think) if think else 0)
        browser.ask("results", path)


def scored(command: list[str], environ: dict[str, str]) -> dict[str, Any]:
    """Have the worker score the cycle: the seconds, and the addresses of some results."""
    found: dict[str, Any] = json.loads(
        subprocess.run(command, env=environ, check=True, capture_output=True).stdout
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.web", description=__doc__)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--think", type=float, default=3.0)
    chosen = parser.parse_args()
    bars = BAR if chosen.database == "postgresql" else {}  # on SQLite it has to complete
    with served(chosen.database, chosen.people) as (world, process, environ):
        memory = {"nobody is there": megabytes(process.pid)}
        before = processor_seconds(process.pid)
        with watched(process.pid) as watch:
            thinking, seconds = crowd(PORT, world["raters"], think=chosen.think, rounds=1)
            found = rows(f"{chosen.database}, {chosen.think:g} s an answer", thinking, seconds, bars)
            rushing, seconds = crowd(PORT, world["raters"], think=0, rounds=1, together=True)
            found += rows(f"{chosen.database}, nobody thinks, all submit at once", rushing, seconds, {})
        memory["people answer"] = watch.most
        worked = processor_seconds(process.pid) - before
        with watched(process.pid) as watch:
            run = scored(CLOSE, environ)
        memory["the cycle is scored"] = watch.most
        faults = thinking.faults + rushing.faults
        for case, think in ((f"{chosen.think:g} s a result", chosen.think), ("nobody thinks, results", 0)):
            paths = run["results"][: chosen.people]
            readers = [(world["runner"], partial(read, path, think)) for path in paths]
            reading, seconds = at_once(PORT, readers)
            found += rows(f"{chosen.database}, {case}", reading, seconds, bars if think else {})
            faults += reading.faults
        with watched(process.pid) as watch:
            again = scored([*CLOSE, "rescore"], environ)
        memory["it is scored again"] = watch.most
    write(found, RESULTS / f"web_{chosen.database}.csv")
    print(show(found))
    taken = {"the cycle is scored": run["seconds"], "it is scored again": again["seconds"]}
    held = [
        {
            "while": when,
            "megabytes": round(resident),
            "shared_pages_once": round(once),
            "seconds": round(taken[when], 1) if when in taken else None,
        }
        for when, (resident, once) in memory.items()
    ]
    write(held, RESULTS / f"web_{chosen.database}_memory.csv")
    print(show(held))
    asked = sum(len(taken) for times in (thinking, rushing) for taken in times.by_kind.values())
    print(f"processor time of the server: {1000 * worked / asked:.1f} ms a request (without the database)")
    print(f"{len(faults)} faults {faults[:5]}; load of the machine {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
