"""A page is opened once its server answers."""

from __future__ import annotations

import socket
import threading

import pytest

from leadline.cli import opening


def test_it_waits_until_somebody_listens() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        timer = threading.Timer(0.3, server.listen)
        timer.start()
        assert opening.wait_for(f"http://127.0.0.1:{port}/demo/")
        timer.join()


def test_it_gives_up_where_nobody_ever_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_PATIENCE", 0.3)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        assert not opening.wait_for(f"http://127.0.0.1:{server.getsockname()[1]}/")
