"""Progress is told on standard error, and only of what takes its time."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from leadline.cli import progress
from leadline.cli.speech import Manner, speaking

STAGES = [("read", 0.0), ("measure", 0.2), ("measure", 0.4), ("score", 0.6)]


class AtOnce:
    """A timer without patience when there is none to have."""

    daemon = False

    def __init__(self, patience: float, show: Callable[[], None]) -> None:
        self.patience, self.show = patience, show

    def start(self) -> None:
        if self.patience == 0:
            self.show()

    def cancel(self) -> None:
        """Nothing runs."""


@pytest.fixture(autouse=True)
def _timer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "Timer", AtOnce)


def work(patience: float) -> None:
    with speaking(Manner("en")), progress.watched(patience) as report:
        for stage, done in STAGES:
            report(f"workflows.stage.{stage}", done)


def test_a_quick_job_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    work(60)
    assert capsys.readouterr() == ("", "")


def test_a_longer_job_tells_each_stage_once_in_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    work(0)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["Reading and checking ...", "Measuring ...", "Scoring and ranking ..."]


def test_on_a_terminal_a_longer_job_shows_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    work(0)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Scoring and ranking" in err


def test_on_a_terminal_a_quick_job_is_silent_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    work(60)
    assert capsys.readouterr().out == ""
