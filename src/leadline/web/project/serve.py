"""One command, the whole application: prepare the database, then keep a server and a worker running."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from leadline.errors import UsageError

SETTINGS = "leadline.web.project.settings"
PROGRAMS = ("leadline.web.project.server", "leadline.web.project.worker")
PATIENCE = 30.0
RESTARTS, WINDOW = 5, 60.0


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
        ``web.project.serve.port_taken``, ``host_unusable``, ``no_database`` or ``misconfigured``.
    """
    check_port(host, port)
    surroundings = dict(environ)
    given = {"LEADLINE_DATABASE_URL": database, "LEADLINE_DATA": data}
    surroundings |= {name: value for name, value in given.items() if value}
    surroundings.setdefault("LEADLINE_URL", f"http://{_shown(host)}:{port}")
    # Threads otherwise get a heap each, and keep what each of them once needed.
    surroundings.setdefault("MALLOC_ARENA_MAX", "2")
    surroundings |= {"LEADLINE_BIND": f"{host}:{port}", "DJANGO_SETTINGS_MODULE": SETTINGS}
    # Settings are read when Django is first imported, which is why that waits until here.
    os.environ.update(surroundings)
    announce(*import_module("leadline.web.project.prepare").prepare(language))
    # Preparing loaded all of Django; who keeps the programs running needs none of it, and 70 MB less.
    os.execve(sys.executable, [sys.executable, "-m", __name__], surroundings)  # noqa: S606  our own


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  compared, not bound


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


def keep(environ: Mapping[str, str]) -> int:
    """Run server and worker; start again what ends by itself, give up when it keeps ending."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _: stopping.append(n))
    running = {name: _start(name, environ) for name in PROGRAMS}
    starts: list[float] = []
    try:
        while not stopping:
            time.sleep(0.2)
            for name, process in running.items():
                if process.poll() is None or stopping:
                    continue
                starts = [t for t in starts if time.monotonic() - t < WINDOW] + [time.monotonic()]
                if len(starts) > RESTARTS:
                    return 1
                time.sleep(1)
                running[name] = _start(name, environ)
    finally:
        _stop(list(running.values()))
    return 0


def _start(name: str, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # Arrays of 4 MB and more go back to the system when freed; the heap would keep 70 MB of a scoring.
    own = {"MALLOC_MMAP_THRESHOLD_": str(4 << 20), **environ}
    # A session of its own: Ctrl+C reaches this program alone, which then stops them in order.
    return subprocess.Popen([sys.executable, "-m", name], env=own, start_new_session=True)  # noqa: S603  our own


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    end = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(keep(os.environ))
