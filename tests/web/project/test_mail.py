"""The mail server is tried before it is kept, against a real one."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.test import Client
from pytest_django.fixtures import Settings
from tests.web.cast import World

from leadline.web.accounts.models import AuditRecord
from leadline.web.look import mail


class Box(Message):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[object] = []

    def handle_message(self, message: object) -> None:
        self.mails.append(message)


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    handler = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def real_mail(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "leadline.web.look.mail.Backend"
    settings.LEADLINE_DATA = tmp_path
    return tmp_path


def form(port: int) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "security": "",
        "user": "",
        "password": "",
        "sender": "leadline@acme.example",
    }


def test_a_server_that_answers_is_kept_and_a_mail_goes_to_the_operator(
    world: World, as_visitor: Callable[[str], Client], box: tuple[Box, int], real_mail: Path
) -> None:
    response = as_visitor("operator").post("/setup/mail/", form(box[1]))
    assert response.headers["Location"] == "/"
    (arrived,) = box[0].mails
    assert (arrived["To"], arrived["From"]) == ("olga@acme.example", "leadline@acme.example")  # type: ignore[index]
    kept = real_mail / "mail.json"
    assert json.loads(kept.read_text())["url"] == f"smtp://127.0.0.1:{box[1]}"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert AuditRecord.objects.filter(action="project.mail_set", detail={"host": "127.0.0.1"}).exists()


def test_a_server_that_does_not_answer_is_not_kept(
    world: World, as_visitor: Callable[[str], Client], real_mail: Path
) -> None:
    response = as_visitor("operator").post("/setup/mail/", form(1))
    assert "refused" in response.content.decode()
    assert not (real_mail / "mail.json").exists()


def test_without_a_server_mails_are_kept_as_files(real_mail: Path) -> None:
    mail.send("accounts.mail.link", "tom@acme.example", "zh", link="http://testserver/x")
    (file,) = (real_mail / "mail").iterdir()
    assert "tom@acme.example" in file.read_text()


def test_a_subject_with_a_line_break_adds_no_header(mailoutbox: list[object]) -> None:
    mail.deliver("tom@acme.example", "en", "Hello\nBcc: all@acme.example", "text")
    assert mailoutbox[0].subject == "Hello Bcc: all@acme.example"  # type: ignore[attr-defined]
