"""Figures of a large cycle, with the machine they are of."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.__main__ import RESULTS, write
from django.db import connection


def keep(name: str, n: int, rows: Sequence[Mapping[str, Any]], of: str = "ratees") -> None:
    """Write ``web_NAME_DATABASE.csv``, below a line on machine and load."""
    path = RESULTS / f"web_{name}_{connection.vendor}.csv"
    write(rows, path)
    machine = f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    path.write_text(f"# {n} {of}; {machine}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
