"""Calling the command line from a test."""

from __future__ import annotations

from typing import NamedTuple

from click.testing import CliRunner

from leadline.cli import leadline


class Ended(NamedTuple):
    """How a call ended: exit status, standard output, standard error."""

    status: int
    out: str
    err: str


def call(*arguments: object, env: dict[str, str] | None = None) -> Ended:
    """Call ``leadline`` in this process, in English unless the call says otherwise."""
    surroundings = {"LEADLINE_LANG": "en", "COLUMNS": "100", **(env or {})}
    result = CliRunner(env=surroundings).invoke(leadline, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)
