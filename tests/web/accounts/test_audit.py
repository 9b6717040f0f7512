"""The audit chain tells what was changed, removed or put in between, and who cannot recompute it."""

from __future__ import annotations

import hashlib
import json
import stat
from datetime import date
from pathlib import Path

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from pytest_django.fixtures import Settings
from tests.web.cast import World

from leadline.web.accounts import audit_key, heads
from leadline.web.accounts.audit import link_of, record, verify
from leadline.web.accounts.audit_key import AuditKeyError
from leadline.web.accounts.chain import KEYED, plain, sealed
from leadline.web.accounts.models import AuditRatee, AuditRecord, Organisation


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path) -> Path:
    """A key of its own."""
    settings.LEADLINE_AUDIT_KEY = tmp_path / "audit.key"
    return tmp_path


def chain(world: World, n: int = 4) -> None:
    AuditRecord.objects.all().delete()
    for number in range(n):
        record(world.actor("operator"), "accounts.invited", n=number)


def found(organisation: Organisation) -> list[tuple[str, int]]:
    return [(one.code, one.number) for one in verify(organisation).findings]


def recomputed(organisation: Organisation, key: bytes | None, action: str = "") -> None:
    """Seal the whole chain again: with a key, or plainly; perhaps with the vouching record at its end."""
    before = "0" * 64
    entries = list(AuditRecord.objects.filter(organisation=organisation).order_by("number"))
    for number, entry in enumerate(entries, 1):
        entry.number, entry.before = number, before
        if action and entry is entries[-1]:
            entry.action = action
        link = link_of(entry, [one.participant for one in entry.ratees.all()])
        entry.hash = before = sealed(link, key) if key else plain(link)
        entry.save()


def test_a_chain_that_nobody_touched_holds(world: World) -> None:
    chain(world)
    verdict = verify(world.organisation)
    assert (verdict.findings, verdict.n, verdict.keyed_from) == ((), 4, 1)


def test_the_key_is_32_bytes_that_only_its_owner_can_read_and_is_made_once(world: World, place: Path) -> None:
    chain(world)
    first = audit_key.read()
    audit_key.make()
    assert audit_key.read() == first
    assert len(first) == 32
    assert stat.S_IMODE((place / "audit.key").stat().st_mode) == 0o600
    assert {path.name for path in place.iterdir()} == {"audit.key"}


def test_a_lost_key_is_never_replaced_behind_the_back(world: World, place: Path) -> None:
    chain(world)
    (place / "audit.key").unlink()
    with pytest.raises(AuditKeyError, match=r"audit\.key"):
        record(world.other, "project.started")
    assert not (place / "audit.key").exists()


def test_a_changed_record_is_found(world: World) -> None:
    chain(world)
    AuditRecord.objects.filter(number=2).update(actor="somebody@acme.example")
    assert found(world.organisation) == [("changed", 2)]


def test_a_removed_record_is_found(world: World) -> None:
    chain(world)
    AuditRecord.objects.filter(number=2).delete()
    assert found(world.organisation) == [("missing", 2)]


def test_a_removed_first_record_is_found(world: World) -> None:
    chain(world)
    AuditRecord.objects.filter(number=1).delete()
    assert found(world.organisation) == [("missing", 1)]


def test_whose_results_were_read_is_sealed_too(world: World) -> None:
    chain(world, 2)
    ravi = world.things["result_ratee"]
    record(world.actor("analytics"), "results.read", ravi)
    assert found(world.organisation) == []
    AuditRatee.objects.filter(record__number=3).update(participant=world.things["result_thin"].pk)
    assert found(world.organisation) == [("changed", 3)]
    AuditRatee.objects.filter(record__number=3).delete()
    assert found(world.organisation) == [("changed", 3)]


def test_nobody_without_the_key_can_seal_a_chain_again(world: World) -> None:
    chain(world)
    AuditRecord.objects.filter(number=2).delete()
    recomputed(world.organisation, b"another key")
    assert found(world.organisation) == [("changed", 1)]


@pytest.mark.parametrize("vouching", ["", KEYED])
def test_a_chain_cannot_be_led_back_to_plain_hashes(world: World, vouching: str) -> None:
    chain(world)
    recomputed(world.organisation, None, vouching)
    record(world.actor("operator"), "accounts.invited")
    assert found(world.organisation) != []


def test_a_cut_tail_is_found_by_the_head_of_the_day(world: World) -> None:
    chain(world)
    heads.write(date(2026, 11, 30))
    AuditRecord.objects.filter(organisation=world.organisation, number__gt=2).delete()
    assert found(world.organisation) == [("tail", 3)]
    record(world.actor("operator"), "accounts.invited")
    record(world.actor("operator"), "accounts.invited")
    assert found(world.organisation) == [("replaced", 4)]


def test_a_chain_sealed_again_with_the_key_is_found_by_its_heads(world: World) -> None:
    chain(world)
    heads.write(date(2026, 11, 30))
    AuditRecord.objects.filter(organisation=world.organisation, number=2).update(actor="x@acme.example")
    recomputed(world.organisation, audit_key.read())
    assert found(world.organisation) == [("replaced", 4)]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [("detail", "no JSON", []), ("time", "noon", [("changed", 3)]), ("cycle", "spring", [("garbled", 1)])],
)
def test_what_no_column_can_hold_is_refused_or_found(
    world: World, column: str, value: str, expected: list[tuple[str, int]]
) -> None:
    """SQLite takes any text in most columns."""
    chain(world)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE accounts_auditrecord SET {column} = %s WHERE number = 3", [value])
    except (DataError, IntegrityError):
        assert found(world.organisation) == []
    else:
        assert found(world.organisation) == expected


def test_a_chain_that_is_gone_is_found_by_its_heads(world: World) -> None:
    chain(world)
    heads.write(date(2026, 11, 30))
    AuditRecord.objects.all().delete()
    assert found(world.organisation) == [("tail", 1)]


def test_each_organisation_has_its_own_chain(world: World) -> None:
    chain(world)
    record(world.other, "project.started")
    assert AuditRecord.objects.get(organisation=world.other).number == 1
    assert found(world.other) == []
    AuditRecord.objects.filter(organisation=world.other).update(organisation=world.organisation, number=5)
    assert found(world.organisation) == [("changed", 5)]


def test_before_the_key_a_record_was_sealed_by_a_plain_hash_of_what_it_said(world: World) -> None:
    chain(world, 1)
    entry = AuditRecord.objects.get()
    said = [
        str(world.organisation.pk),
        1,
        entry.time.isoformat(),
        "olga@acme.example",
        "accounts.invited",
        "",
        "",
        {"n": 0},
        "127.0.0.1",
        "0" * 64,
    ]
    text = json.dumps(said, separators=(",", ":"))
    assert plain(link_of(entry, [])) == hashlib.sha256(text.encode()).hexdigest()
