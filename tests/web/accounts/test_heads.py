"""The head of every chain is written once a day, outside the database, and it shows when it cannot be."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.cast import World

from leadline.web.accounts import heads
from leadline.web.accounts.audit import record, verify
from leadline.web.accounts.clock import due
from leadline.web.accounts.models import AuditRecord

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "heads"


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "heads.jsonl").read_text().splitlines()]


def test_the_clock_writes_the_head_of_each_organisation_once_a_day(world: World, folder: Path) -> None:
    record(world.other, "project.started", world.other)
    for minutes in (0, 1, 90, 24 * 60):
        due(NOON + timedelta(minutes=minutes))
    found = lines(folder)
    assert [line["day"] for line in found] == ["2026-11-30"] * 2 + ["2026-12-01"] * 2
    last = AuditRecord.objects.filter(organisation=world.organisation).latest("number")
    own = [line for line in found if line["organisation"] == str(world.organisation.pk)]
    assert {(line["number"], line["hash"]) for line in own} == {(last.number, last.hash)}
    assert stat.S_IMODE((folder / "heads.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_head_that_cannot_be_written_is_logged_and_shown_until_it_can(
    world: World, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_text("a file where the folder should be")
    with caplog.at_level(logging.ERROR):
        due(NOON)
    assert "heads of the audit cannot be written: File exists" in caplog.text
    assert heads.state(world.organisation, NOON)[0] == "fault"
    folder.unlink()
    due(NOON + timedelta(hours=1))
    assert heads.state(world.organisation, NOON) == ("written", "2026-11-30")


def test_heads_that_stopped_coming_are_shown(world: World) -> None:
    assert heads.state(world.organisation, NOON) == ("none", "")
    heads.write(date(2026, 11, 28))
    assert heads.state(world.organisation, NOON) == ("late", "2026-11-28")


def test_a_line_that_a_crash_left_unfinished_is_found_and_swallows_nothing(
    world: World, folder: Path
) -> None:
    heads.write(date(2026, 11, 29))
    with (folder / "heads.jsonl").open("a") as file:
        file.write('{"organisation": "')
    n = len(heads.read()[0])
    heads.write(date(2026, 11, 30))
    assert len(heads.read()[0]) == 2 * n
    assert [(one.code, one.number) for one in verify(world.organisation).findings] == [("unreadable", n + 1)]


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[]",
        b'{"organisation": "x"}',
        b'{"organisation": "x", "number": "many", "hash": "", "day": "2026-11-30"}',
        b'{"organisation": "x", "number": 1, "hash": "", "day": "today"}',
    ],
)
def test_a_line_that_is_no_head_is_found(world: World, folder: Path, line: bytes) -> None:
    folder.mkdir()
    (folder / "heads.jsonl").write_bytes(line + b"\n")
    assert [(one.code, one.number) for one in verify(world.organisation).findings] == [("unreadable", 1)]
    assert heads.state(world.organisation, NOON)[0] == "none"


def test_heads_that_cannot_be_read_are_shown_and_do_not_hide_the_page(
    world: World, folder: Path, as_visitor: Callable[[str], Client]
) -> None:
    (folder / "heads.jsonl").mkdir(parents=True)
    client = as_visitor("auditor")
    assert "Is a directory" in client.get(reverse("audit")).content.decode()
    assert "Is a directory" in client.post(reverse("verify"), follow=True).content.decode()
