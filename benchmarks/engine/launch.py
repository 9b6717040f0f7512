"""Run a command in a process of its own, with its time, its peak memory and a limit on both (Linux)."""

from __future__ import annotations

import math
import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Ended(NamedTuple):
    """How a process ended: exit status (negative is a signal, None a missing command).

    ``others`` is how many cores the rest of the machine kept busy meanwhile; NaN where that is unknown.
    """

    status: int | None
    last_words: str
    out_of_time: bool = False
    seconds: float = 0.0
    peak_mb: float = math.nan
    others: float = math.nan


def launch(command: Sequence[str], *, seconds: float, gigabytes: float) -> Ended:
    """Run ``command`` until it ends or ``seconds`` pass; more than ``gigabytes`` it cannot have.

    The peak is that of the process itself, from the kernel: this process must stay small, for a
    child begins with its parent's.
    """
    begun, worked = time.perf_counter(), core_seconds()
    with tempfile.TemporaryFile() as said:
        try:
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        except FileNotFoundError as missing:
            return Ended(None, str(missing))
        limit = int(gigabytes * 2**30)
        resource.prlimit(child.pid, resource.RLIMIT_AS, (limit, limit))
        too_long = threading.Event()

        def stop() -> None:
            too_long.set()
            child.kill()

        clock = threading.Timer(seconds, stop)
        clock.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            # Whoever stops the benchmark stops what it started.
            child.kill()
            raise
        finally:
            clock.cancel()
        # Popen would wait for it again.
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
    elapsed = time.perf_counter() - begun
    return Ended(
        status=child.returncode,
        last_words=lines[-1] if lines else "",
        out_of_time=too_long.is_set(),
        seconds=elapsed,
        peak_mb=usage.ru_maxrss / 1024,
        others=(core_seconds() - worked - usage.ru_utime - usage.ru_stime) / elapsed,
    )


def core_seconds() -> float:
    """Seconds that all cores together have worked since the machine started."""
    user, nice, system, _idle, _waiting, *rest = Path("/proc/stat").read_text(encoding="ascii").split()[1:9]
    return sum(map(int, (user, nice, system, *rest))) / os.sysconf("SC_CLK_TCK")
