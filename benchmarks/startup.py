"""How long a call takes before it does anything: ``leadline --help`` and ``import leadline``."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import Any

REPEATS = 10
CASES = {
    "leadline --help": (["-m", "leadline", "--help"], 0.2),
    "leadline assess --help": (["-m", "leadline", "assess", "--help"], 0.2),
    "import leadline": (["-c", "import leadline"], 0.3),
    "python -c pass": (["-c", "pass"], None),
}


def timed(arguments: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of one run of Python."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run() -> list[dict[str, Any]]:
    """One row a case: the best of ten runs, and the bar it must stay under."""
    rows = []
    for case, (arguments, bar) in CASES.items():
        walls, processors = zip(*(timed(arguments) for _ in range(REPEATS)), strict=True)
        rows.append(
            {
                "benchmark": "startup",
                "case": case,
                "wall_s": round(min(walls), 4),
                "cpu_s": round(min(processors), 4),
                "bar_s": bar,
            }
        )
    return rows


if __name__ == "__main__":
    for row in run():
        print(f"{row['case']:24} wall {row['wall_s']:.3f} s  cpu {row['cpu_s']:.3f} s  bar {row['bar_s']}")
