"""One command, the whole application: prepare the database, then keep a server and a worker running."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from leadline.errors import UsageError
from leadline.web.project import keeper, lock, private
from leadline.web.project.environment import Environment, data_folder, database_file

SETTINGS = "leadline.web.project.settings"
KEEPER = "leadline.web.project.keeper"


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    database: str | None = None,
    data: str | None = None,
    environ: Mapping[str, str] = os.environ,
    language: str = "en",
    announce: Callable[[str, Path, bool], None],
) -> NoReturn:
    """Prepare, announce, and run until stopped; ends with 0 when stopped, 1 when a program kept failing.

    Parameters
    ----------
    host, port
        Where to listen.
    database : str, optional
        Address of a database; the environment's, else a SQLite file in the data folder.
    data : str, optional
        The data folder; the environment's, else ``leadline-data``.
    environ : mapping
        Environment of the programs started.
    language : {"en", "zh"}
        Of what is wrong with settings.
    announce : callable
        Told the address to open, the data folder, and whether this is the first run.

    Raises
    ------
    UsageError
        ``web.project.serve.port_taken``, ``host_unusable``, ``folder_taken``, ``no_lock``, ``no_database`` or
        ``misconfigured``;
        ``web.project.bad_value``: a number that is none;
        ``web.project.private``: others could read what is kept.
    """
    surroundings = dict(environ)
    check_numbers(surroundings)
    given = {"LEADLINE_DATABASE_URL": database, "LEADLINE_DATA": data}
    surroundings |= {name: value for name, value in given.items() if value}
    surroundings.setdefault("LEADLINE_URL", f"http://{_shown(host)}:{port}")
    surroundings |= {"LEADLINE_BIND": f"{host}:{port}", "DJANGO_SETTINGS_MODULE": SETTINGS}
    os.umask(private.OTHERS)
    environment = Environment(surroundings)
    private.close(data_folder(environment), database_file(environment))
    handle = lock.take(data_folder(environment))
    check_port(host, port)
    # Settings are read when Django is first imported, which is why that waits until here.
    os.environ.update(surroundings)
    announce(*import_module("leadline.web.project.prepare").prepare(language))
    # Preparing loaded all of Django; who keeps the programs running needs none of it, and 70 MB less.
    os.set_inheritable(handle, True)  # noqa: FBT003  as it is defined
    surroundings[keeper.LOCK] = str(handle)
    os.execve(sys.executable, [sys.executable, "-m", KEEPER], surroundings)  # noqa: S606  our own


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  compared, not bound


def check_numbers(environ: Mapping[str, str]) -> None:
    """Refuse numbers of processes and threads that gunicorn could not start with."""
    environment = Environment(environ)
    for name in ("WORKERS", "THREADS"):
        environment.number(name, 1, least=1)


def check_port(host: str, port: int) -> None:
    """Refuse a port that another program listens on, or a place that is not this machine's."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as cause:
            if cause.errno == errno.EADDRINUSE:
                raise UsageError("web.project.serve.port_taken", port=port) from cause
            raise UsageError(
                "web.project.serve.host_unusable", host=host, reason=cause.strerror or str(cause)
            ) from cause
