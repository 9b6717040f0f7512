"""Servers for tests: one within this process, and what is asked of one that an operator would start."""

from __future__ import annotations

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread

PATIENCE = 60.0


class Server(ThreadedWSGIServer):
    """Closed only when all its threads have ended, each of which has a session on the database.

    A browser keeps connections open for a next request, so their threads wait until they are told.
    """

    daemon_threads = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._open: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection."""
        request, address = super().get_request()
        self._open.add(request)
        return request, address

    def close_request(self, request: socket.socket) -> None:
        """Give it up, from its own thread."""
        self._open.discard(request)
        super().close_request(request)

    def server_close(self) -> None:
        """Nobody may ask anything more; what was asked is answered."""
        for request in list(self._open):
            with suppress(OSError):  # closed meanwhile
                request.shutdown(socket.SHUT_RD)
        super().server_close()


class _Thread(LiveServerThread):
    server_class = Server


@contextmanager
def served() -> Iterator[str]:
    """The application on the test database, in threads of this process; its address."""
    thread = _Thread("localhost", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://localhost:{thread.port}"
    finally:
        thread.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(url: str) -> tuple[int, str]:
    """Status and text, waiting until the server answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  our own server
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
