"""``leadline serve``: the web application."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from leadline.cli.speech import manner, say


def announce(url: str, data: Path, first: bool) -> None:  # noqa: FBT001  called with three facts
    """Say where it is."""
    click.echo(say("serve.first" if first else "serve.address", url=url))
    click.echo(say("serve.stop", data=data))


def run(**options: Any) -> int:
    """Serve until stopped."""
    # By name: the two faces do not import each other, and Django loads for this command alone.
    serve = import_module("leadline.web.project.serve").serve
    return int(serve(**options, language=manner().language, announce=announce))
