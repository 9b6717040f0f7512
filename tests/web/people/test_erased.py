"""What earlier imports, histories and the audit say of somebody, once that person is erased."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.web.cast import World
from tests.web.people.files import after, people, trial

from leadline.web.accounts.audit import record, verify
from leadline.web.accounts.models import AuditRecord
from leadline.web.people.importing import apply, undo
from leadline.web.people.joining import ensure_account
from leadline.web.people.models import Import, Person, PersonChange
from leadline.web.project import erasure

HEAD = "id,name,email,manager,notes\n"


def erase(world: World, key: str) -> None:
    erasure.erase(world.actor("operator"), Person.objects.get(organisation=world.organisation, key=key))


def said(world: World) -> str:
    """Everything that is kept of imports and changes."""
    kept = Import.objects.filter(organisation=world.organisation)
    columns = kept.values_list("file_name", "rows", "reading", "faults", "notices", "changes")
    return str([*columns, *PersonChange.objects.values_list("before", "after")]).lower()


def test_no_import_names_an_erased_person_and_others_stay_in_it(world: World, tmp_path: Path) -> None:
    Import.objects.filter(organisation=world.organisation).delete()
    first = trial(
        world, tmp_path, f"{HEAD}z1,Zoë Zander,zoe@example.org,,\nz2,Yan Young,yan@example.org,Zoë Zander,\n"
    )
    apply(world.actor("analytics"), first)
    apply(world.actor("analytics"), trial(world, tmp_path, "id,name,manager\nz2,Yan Young,mei\n"))
    open_trial = trial(
        world,
        tmp_path,
        f"{HEAD}z1,Zoë Zander,nonsense,,\nz3,Xi Xu,xi@example.org,zoe@example.org,with Zoë Zander\n"
        "z4,Zoë Zander,other@example.org,z1,Zoë Zander\nz5,Vi Vu,zoe@example.org,,\n",
    )
    erase(world, "z1")
    open_trial.refresh_from_db()
    rows = open_trial.rows["rows"]
    # A namesake, and whoever was to have the address, have rows of their own.
    assert [cells[:4] for _, cells in rows] == [
        ["z3", "Xi Xu", "xi@example.org", ""],
        ["z4", "Zoë Zander", "other@example.org", ""],
        ["z5", "Vi Vu", "", ""],
    ]
    assert "manager" not in after(open_trial)["z3"]
    text = said(world)
    assert "zoe@example.org" not in text
    assert "'z1'" not in text
    first.refresh_from_db()
    assert list(after(first)) == ["z2"]
    undo(world.actor("analytics"), first)
    assert "z2" not in people(world)


def test_whoever_reported_to_an_erased_person_has_no_manager_until_one_is_named(
    world: World, tmp_path: Path
) -> None:
    reports = [key for key, values in people(world).items() if values["manager"] == "ravi"]
    erase(world, "ravi")
    assert {people(world)[key]["manager"] for key in reports} == {""}


def test_the_audit_holds_without_the_address_of_an_erased_person(world: World) -> None:
    bo = Person.objects.get(organisation=world.organisation, key="bo")
    user = ensure_account(bo)
    assert user is not None
    actor = world.actor("operator")
    record(actor.organisation, "accounts.accepted", user, email="bo@acme.example")
    record(type(actor)(user, actor.organisation, frozenset(), "192.0.2.7"), "results.read_all", bo)
    record(actor, "project.audit_exported", filter={"actor": "BO@acme.example", "since": ["2026-01-01"]})
    record(actor, "accounts.invited", email="zebo@acme.example")
    record(actor, "people.account_opened", bo, reason="Bo changed his name")
    chained = dict(AuditRecord.objects.values_list("pk", "hash"))
    erase(world, "bo")
    rows = AuditRecord.objects.filter(organisation=world.organisation)
    kept = str(list(rows.values_list("actor", "detail", "address"))).lower()
    for gone in ("'bo@", "192.0.2.7", "changed his name"):
        assert gone not in kept
    assert "zebo@acme.example" in kept
    assert "2026-01-01" in kept
    assert {pk: one for pk, one in rows.values_list("pk", "hash") if pk in chained}.items() <= chained.items()
    assert verify(world.organisation).findings == ()


@pytest.mark.parametrize("field", ["actor", "detail", "address", "erased", "hash"])
def test_a_record_of_which_something_was_erased_cannot_be_changed_unseen(world: World, field: str) -> None:
    bo = Person.objects.get(organisation=world.organisation, key="bo")
    user = ensure_account(bo)
    assert user is not None
    actor = world.actor("operator")
    own = record(type(actor)(user, actor.organisation, frozenset(), "192.0.2.7"), "results.read_all", bo)
    erase(world, "bo")
    forged = {"detail": {"how": "page"}}.get(field, "0" * 64 if field in ("erased", "hash") else "tom")
    AuditRecord.objects.filter(pk=own.pk).update(**{field: forged})
    assert [one.code for one in verify(world.organisation).findings][:1] == ["changed"]


def test_an_account_with_roles_keeps_its_address_in_the_audit(world: World) -> None:
    operator = world.users["operator"]
    Person.objects.filter(organisation=world.organisation, key="dana").update(user=operator)
    record(world.actor("operator"), "results.read_all")
    erase(world, "dana")
    assert AuditRecord.objects.filter(actor=operator.email, action="results.read_all").exists()
