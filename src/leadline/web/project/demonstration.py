"""The demonstration as one command: the example organisation brought in once, then served."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from leadline.errors import UsageError
from leadline.web.project.serve import SETTINGS, check_port, serve

HOST = "127.0.0.1"
MARK = "acme.txt"
"""In a data folder that :func:`demonstrate` made, and that it may therefore replace."""


def demonstrate(
    *, port: int, data: str, fresh: bool, build: Callable[[], None], announce: Callable[[str, Path], None]
) -> int:
    """Bring Acme in where it is not yet, and serve it so that anyone may act as anyone.

    Parameters
    ----------
    port : int
    data : str
        The data folder.
    fresh : bool
        Whether to begin again although it is there already.
    build : callable
        Called before Acme is brought in, which takes seconds.
    announce : callable
        Told the address to open and the data folder.

    Returns
    -------
    int
        0 when stopped; 1 when a program kept failing.

    Raises
    ------
    UsageError
        ``web.project.serve.port_taken``; ``web.project.serve.not_a_demo``: the folder holds something else,
        perhaps an organisation's data, in which nobody must be able to act as anybody.
    """
    check_port(HOST, port)
    folder = Path(data).resolve()
    # Its own settings alone: an organisation's database must never be the demonstration's.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LEADLINE_")}
    environ |= {"LEADLINE_DEMO": "yes", "LEADLINE_LANG": os.environ.get("LEADLINE_LANG", "")}
    is_empty = not folder.exists() or not any(folder.iterdir())
    if not is_empty and not (folder / MARK).exists():
        raise UsageError("web.project.serve.not_a_demo", data=folder)
    if fresh and not is_empty:
        shutil.rmtree(folder)
    if fresh or is_empty:
        build()
        _built(folder, environ)
    for name in [name for name in os.environ if name.startswith("LEADLINE_")]:
        del os.environ[name]
    return serve(
        host=HOST,
        port=port,
        data=str(folder),
        environ=environ,
        announce=lambda url, place, _: announce(f"{url}/demo/", place),
    )


def _built(folder: Path, environ: dict[str, str]) -> None:
    """Build beside the folder and move it there whole, so that an interrupted build leaves nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".leadline-demo-") as place:
        data = Path(place) / "data"
        own = {**environ, "LEADLINE_DATA": str(data), "DJANGO_SETTINGS_MODULE": SETTINGS}
        subprocess.run([sys.executable, "-m", "leadline.web.project.acme"], env=own, check=True)
        (data / MARK).touch()
        data.rename(folder)
