"""The audit chain tells what was changed, removed or put in between."""

from __future__ import annotations

from tests.web.cast import World

from leadline.web.accounts.audit import faults, record
from leadline.web.accounts.models import AuditRecord


def chain(world: World) -> None:
    AuditRecord.objects.all().delete()
    for n in range(4):
        record(world.actor("operator"), "accounts.invited", n=n)


def test_a_chain_that_nobody_touched_is_whole(world: World) -> None:
    chain(world)
    assert list(faults(world.organisation)) == []


def test_a_changed_record_is_found(world: World) -> None:
    chain(world)
    AuditRecord.objects.filter(number=2).update(actor="somebody@acme.example")
    assert list(faults(world.organisation)) == [2]


def test_a_removed_record_is_found(world: World) -> None:
    chain(world)
    AuditRecord.objects.filter(number=2).delete()
    assert list(faults(world.organisation)) == [3]


def test_a_removed_first_record_is_found(world: World) -> None:
    chain(world)
    AuditRecord.objects.filter(number=1).delete()
    assert 2 in faults(world.organisation)


def test_each_organisation_has_its_own_chain(world: World) -> None:
    chain(world)
    record(world.other, "project.started")
    assert AuditRecord.objects.get(organisation=world.other).number == 1
    assert list(faults(world.other)) == []
