"""Who keeps server and worker running: what is started again, and when it gives up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leadline.web.project import worker

KEEP = """
import os, sys
from leadline.web.project import keeper
keeper._MEMORY = {"program": {}}
sys.exit(keeper.keep(os.environ))
"""
PROGRAM = """
import os, sys, time
from pathlib import Path
log = Path(__file__).with_suffix(".log")
starts = len(log.read_text()) if log.exists() else 0
log.write_text("." * (starts + 1))
if starts < {times}:
    sys.exit({code})
time.sleep(60)
"""

ALONE = """
import signal, time
from pathlib import Path
from leadline.web.project.keeper import end_with_keeper
here = Path(__file__).parent
def end(*_):
    (here / "ended").touch()
    raise SystemExit(0)
signal.signal(signal.SIGTERM, end)
end_with_keeper()
(here / "began").touch()
time.sleep(120)
"""

LATE = """
import signal, time
from pathlib import Path
here = Path(__file__).parent
(here / "began").touch()
time.sleep(1)
from leadline.web.project import keeper
keeper.PATIENCE = 1
signal.signal(signal.SIGTERM, lambda *_: (here / "asked").touch())
keeper.end_with_keeper()
for _ in range(1200):
    time.sleep(0.1)
    (here / "alive").touch()
"""


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.1)
    return is_so()


def kept(folder: Path, times: int, code: int) -> subprocess.Popen[bytes]:
    """A keeper of one program that ends so many times with a code, then stays."""
    (folder / "program.py").write_text(PROGRAM.format(times=times, code=code))
    path = os.pathsep.join([str(folder), *sys.path])
    return subprocess.Popen([sys.executable, "-c", KEEP], env={**os.environ, "PYTHONPATH": path})


def starts(folder: Path) -> int:
    log = folder / "program.log"
    return len(log.read_text()) if log.exists() else 0


def test_a_program_that_ends_in_good_order_is_started_again_however_often(tmp_path: Path) -> None:
    process = kept(tmp_path, times=8, code=0)
    try:
        assert within(60, lambda: starts(tmp_path) == 9)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_program_that_keeps_failing_is_given_up(tmp_path: Path) -> None:
    assert kept(tmp_path, times=100, code=3).wait(60) == 1
    assert starts(tmp_path) == 6


def test_a_program_whose_keeper_is_killed_ends_too(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(ALONE)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    keeper = subprocess.Popen([sys.executable, "-c", KEEP], env={**os.environ, "PYTHONPATH": path})
    began, ended = tmp_path / "began", tmp_path / "ended"
    assert within(60, began.exists)
    keeper.kill()
    keeper.wait()
    assert within(60, ended.exists)


def test_a_program_that_was_still_starting_and_then_does_not_listen_ends_with_its_killed_keeper_too(
    tmp_path: Path,
) -> None:
    (tmp_path / "program.py").write_text(LATE)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    keeper = subprocess.Popen([sys.executable, "-c", KEEP], env={**os.environ, "PYTHONPATH": path})
    began, asked, alive = tmp_path / "began", tmp_path / "asked", tmp_path / "alive"
    assert within(60, began.exists)
    keeper.kill()
    keeper.wait()
    assert within(60, asked.exists)
    assert within(60, lambda: not alive.exists() or time.time() - alive.stat().st_mtime > 0.7)


def test_a_worker_ends_after_the_task_that_loaded_the_engines_and_after_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(signal, "raise_signal", sent.append)
    monkeypatch.delitem(sys.modules, worker.ENGINES, raising=False)
    worker.end_if_loaded()
    assert sent == []
    monkeypatch.setitem(sys.modules, worker.ENGINES, sys)
    worker.end_if_loaded()
    assert sent == [signal.SIGTERM]
