"""Progress on standard error, once a job has taken longer than a second."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from leadline.cli.speech import manner
from leadline.errors import Language, has_words, words

PATIENCE = 1.0

Report = Callable[[str, float], None]


@contextmanager
def watched(patience: float = PATIENCE) -> Iterator[Report]:
    """A callback for a job to say where it is: a bar on a terminal, otherwise a line for each stage.

    Parameters
    ----------
    patience : float
        Seconds before anything is shown, so that quick jobs stay silent.

    Yields
    ------
    callable
        Takes the stage (a key of a word list) and the part done, 0 to 1.
    """
    watch = _Bar() if sys.stderr.isatty() else _Lines()
    timer = Timer(patience, watch.show)
    timer.daemon = True
    timer.start()
    try:
        yield watch.report
    finally:
        timer.cancel()
        watch.close()


def _stage(code: str, language: Language) -> str:
    return words(code, language) if has_words(code, language) else ""


class _Lines:
    """A line for each stage that begins."""

    def __init__(self) -> None:
        self.how = manner()
        self.lock = Lock()
        self.is_shown = False
        self.last = ""

    def report(self, code: str, done: float) -> None:
        text = _stage(code, self.how.language)
        with self.lock:
            if text and text != self.last:
                self.last = text
                self._write()

    def show(self) -> None:
        with self.lock:
            self.is_shown = True
            self._write()

    def _write(self) -> None:
        if self.is_shown and self.last:
            click.echo(f"{self.last} ...", err=True)

    def close(self) -> None:
        """Nothing is left open."""


class _Bar:
    """One bar that names the present stage."""

    def __init__(self) -> None:
        self.how = manner()
        self.lock = Lock()
        self.is_closed = False
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self.progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.progress.add_task("", total=1.0)

    def report(self, code: str, done: float) -> None:
        self.progress.update(self.task, description=_stage(code, self.how.language), completed=done)

    def show(self) -> None:
        with self.lock:
            if not self.is_closed:
                self.progress.start()

    def close(self) -> None:
        with self.lock:
            self.is_closed = True
            self.progress.stop()
