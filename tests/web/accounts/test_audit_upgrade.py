"""A chain of plain hashes is sealed with the key at the upgrade, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from pytest_django.fixtures import Settings
from tests.web.cast import World

from leadline.web.accounts.audit import link_of, record, verify
from leadline.web.accounts.audit_key import AuditKeyError
from leadline.web.accounts.chain import START, plain
from leadline.web.accounts.models import AuditRatee, AuditRecord

Upgrade = Callable[[], None]


@pytest.fixture
def upgrade(settings: Settings, world: World, tmp_path: Path) -> Upgrade:
    """A database with a plain chain of four records, and the migration that has not run on it yet."""
    settings.LEADLINE_AUDIT_KEY = tmp_path / "audit.key"
    (tmp_path / "audit.key").unlink(missing_ok=True)
    AuditRecord.objects.all().delete()
    participant = world.things["result_ratee"]
    old(world, "project.started", "organisation", world.organisation.pk)
    old(world, "results.read", "participant", participant.pk)
    old(world, "results.read_all", "cycle", participant.cycle_id)
    old(world, "accounts.invited", "", "")
    run = import_module("leadline.web.accounts.migrations.0005_chain_keyed").key_chains
    return lambda: run(apps, None)


def old(world: World, action: str, kind: str, subject: Any) -> None:
    last = AuditRecord.objects.order_by("number").last()
    entry = AuditRecord(
        organisation=world.organisation,
        number=last.number + 1 if last else 1,
        time=datetime.now(UTC),
        actor="ana@acme.example",
        action=action,
        kind=kind,
        subject=str(subject),
        before=last.hash if last else START,
    )
    entry.hash = plain(link_of(entry, ()))
    entry.save()


def findings(world: World) -> list[tuple[str, int]]:
    return [(one.code, one.number) for one in verify(world.organisation).findings]


def test_an_old_chain_is_vouched_for_and_goes_on(upgrade: Upgrade, world: World) -> None:
    upgrade()
    record(world.actor("analytics"), "results.read", world.things["result_ratee"])
    verdict = verify(world.organisation)
    assert (verdict.findings, verdict.n, verdict.keyed_from) == ((), 6, 5)
    assert AuditRecord.objects.get(number=5).detail == {"n": 4, "broken_at": 0}


def test_old_reads_can_be_looked_for_by_ratee_and_cycle(upgrade: Upgrade, world: World) -> None:
    upgrade()
    participant = world.things["result_ratee"]
    assert AuditRatee.objects.get().participant == participant.pk
    assert AuditRecord.objects.get(number=3).cycle == participant.cycle_id


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_old_record_cannot_be_changed_afterwards(upgrade: Upgrade, world: World, number: int) -> None:
    upgrade()
    entry = AuditRecord.objects.get(number=number)
    entry.actor = "somebody@acme.example"
    ratees = [one.participant for one in entry.ratees.all()]
    entry.hash = plain(link_of(entry, ratees))
    entry.save()
    assert findings(world) == [("changed", number + 1)]


def test_whom_an_old_record_is_about_cannot_be_changed_either(upgrade: Upgrade, world: World) -> None:
    upgrade()
    AuditRatee.objects.update(participant=world.things["result_thin"].pk)
    assert findings(world) == [("changed", 2)]


def test_what_was_broken_before_stays_broken(upgrade: Upgrade, world: World) -> None:
    AuditRecord.objects.filter(number=2).update(actor="somebody@acme.example")
    upgrade()
    assert AuditRecord.objects.get(number=5).detail["broken_at"] == 2
    assert findings(world) == [("changed", 2)]


def test_a_database_that_was_set_back_is_not_vouched_for_again(upgrade: Upgrade, world: World) -> None:
    upgrade()
    AuditRecord.objects.filter(number=5).delete()
    with pytest.raises(AuditKeyError, match=r"audit\.key"):
        upgrade()


def test_without_records_there_is_nothing_to_do_and_no_key(upgrade: Upgrade, tmp_path: Path) -> None:
    AuditRecord.objects.all().delete()
    upgrade()
    assert not (tmp_path / "audit.key").exists()
