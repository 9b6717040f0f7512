"""Imports made: applied all or none, and undone as far as nobody's work hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import PROTECT, QuerySet
from django.utils import timezone

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.people.addresses import ask, refuse_shared
from leadline.web.people.leading import circles
from leadline.web.people.models import Import, Person, PersonChange, Team
from leadline.web.people.values import set_values, values_of

AT_ONCE = 500
"""People written by one statement; all of them at once would take 2 KB each."""
AT_A_TIME = 100
MOST_NAMED = 10

T = TypeVar("T")


class WorkError(LeadlineError):
    """People who cannot be removed, because work hangs on them."""


def apply(actor: Actor, trial: Import) -> None:
    """Make the changes of a trial, all or none.

    Raises
    ------
    LeadlineError
        ``web.people.not_a_trial``; or ``web.people.moved_on``: somebody named has changed since the trial;
        or ``web.people.circle_since``: with a change since, somebody would lead themselves;
        or ``web.people.address_gone``: an address has become somebody else's since.
    """
    with transaction.atomic():
        own = Import.objects.select_for_update().get(pk=trial.pk)
        if own.state != "trial":
            raise LeadlineError("web.people.not_a_trial")
        _write(own, own.changes, actor)
        refuse_shared(own.organisation_id, [c["key"] for c in own.changes if "email" in c["after"]])
        # What it was read from is no longer needed, and names people.
        own.state, own.rows = "applied", {}
        own.save(update_fields=["state", "rows"])
        record(actor, "people.imported", own, n=len(own.changes))
    trial.state = own.state


def undo(actor: Actor, applied: Import, *, leave: bool = False) -> None:
    """Take an applied import back: what it changed is as before, whom it brought is gone.

    Parameters
    ----------
    actor : Actor
    applied : Import
    leave : bool
        Whether to note today as the last day of those on whom work hangs; else nothing is done.

    Raises
    ------
    WorkError
        ``web.people.has_work``, with who they are.
    LeadlineError
        ``web.people.not_applied``; or ``web.people.moved_on``: what it changed was changed again; or
        ``web.people.circle_since`` and ``web.people.address_gone``, as in :func:`apply`.
    """
    with transaction.atomic():
        own = Import.objects.select_for_update().get(pk=applied.pk)
        if own.state != "applied":
            raise LeadlineError("web.people.not_applied")
        back = [{**c, "before": c["after"], "after": c["before"]} for c in own.changes if c["kind"] != "new"]
        _write(own, back, actor)
        brought = {c["key"]: c["after"] for c in own.changes if c["kind"] == "new"}
        for some in _some(brought):
            for person in _people(own.organisation_id, some).select_related("team", "manager"):
                _expect(person, brought[person.key], values_of(person))
        working = at_work(own)
        if working and not leave:
            names = ", ".join(sorted(working.values())[:MOST_NAMED])
            raise WorkError("web.people.has_work", n=len(working), names=names)
        _leave(own, working, actor)
        remove = [key for key in brought if key not in working]
        for some in _some(remove):
            # One may lead another of them; both go.
            _people(own.organisation_id, some).update(manager=None)
        for some in _some(remove):
            _people(own.organisation_id, some).delete()
        refuse_shared(own.organisation_id, [c["key"] for c in own.changes if "email" in c["before"]])
        own.state = "undone"
        own.save(update_fields=["state"])
        record(actor, "people.undone", own, n=len(own.changes), left=len(working))
    applied.state = own.state


def at_work(applied: Import) -> dict[str, str]:
    """Names by key of those whom an import brought and who cannot be removed without a loss.

    Other apps say so by references that protect a person; and whoever leads somebody that stays must stay.
    """
    brought = {change["key"] for change in applied.changes if change["kind"] == "new"}
    own = applied.organisation_id
    rows = Person.objects.filter(organisation=own).values_list("pk", "key", "name", "manager")
    people = {pk: (key, name, boss) for pk, key, name, boss in rows}
    needed = {boss for key, _, boss in people.values() if key not in brought}
    relation: Any  # Django types it as a field
    for relation in Person._meta.related_objects:
        if relation.on_delete is PROTECT and relation.related_model is not Person:
            known = relation.related_model._base_manager.filter(
                **{f"{relation.field.name}__organisation": own}
            )
            needed |= set(known.values_list(relation.field.attname, flat=True).distinct())
    staying: dict[str, str] = {}
    while needed:
        found = [people[pk] for pk in needed if pk in people]
        new = [one for one in found if one[0] in brought and one[0] not in staying]
        staying |= {key: name for key, name, _ in new}
        needed = {boss for _, _, boss in new}
    return staying


def _leave(source: Import, keys: Iterable[str], actor: Actor) -> None:
    today = timezone.localdate()
    for some in _some(keys):
        present = list(_people(source.organisation_id, some).filter(left__isnull=True))
        PersonChange.objects.bulk_create(
            PersonChange(person=one, by=actor.user, source=source, field="left", after=today.isoformat())
            for one in present
        )
        Person.objects.filter(pk__in=[one.pk for one in present]).update(left=today)


def _write(source: Import, changes: Sequence[Mapping[str, Any]], actor: Actor) -> None:
    """Write changes, some people at a time; a manager may be written after those who report to them.

    The databases check references when the transaction ends.
    """
    own = source.organisation_id
    ids: dict[str, UUID] = dict(Person.objects.filter(organisation=own).values_list("key", "pk"))
    for change in changes:
        if (change["kind"] == "new") == (change["key"] in ids):
            raise LeadlineError("web.people.moved_on", name=change["name"])
    ids |= {change["key"]: uuid4() for change in changes if change["kind"] == "new"}
    keys = {pk: key for key, pk in ids.items()}
    teams = {team.name: team for team in Team.objects.filter(organisation=own)}
    for some in _some(changes):
        found = _people(own, [change["key"] for change in some]).select_related(
            "team", "user", "organisation"
        )
        people = {person.key: person for person in found}
        history = []
        for change in some:
            key, before, after = change["key"], change["before"], change["after"]
            if change["kind"] == "new":
                people[key] = Person(pk=ids[key], organisation_id=own, key=key)
            else:
                boss = people[key].manager_id
                _expect(people[key], before, values_of(people[key], keys[boss] if boss else ""))
                history += [
                    PersonChange(
                        person=people[key],
                        by=actor.user,
                        source=source,
                        field=n,
                        before=before.get(n, ""),
                        after=v,
                    )
                    for n, v in after.items()
                ]
            set_values(people[key], after, teams, own)
            if "manager" in after:
                people[key].manager_id = _id_of(after["manager"], ids, change["name"])
        new = [people[change["key"]] for change in some if change["kind"] == "new"]
        known = [people[change["key"]] for change in some if change["kind"] != "new"]
        Person.objects.bulk_create(new, batch_size=AT_ONCE)
        # Every field written costs the square of the rows of a statement.
        changed = {name for change in some if change["kind"] != "new" for name in change["after"]}
        if changed:
            Person.objects.bulk_update(known, sorted(changed), batch_size=AT_A_TIME)
        PersonChange.objects.bulk_create(history, batch_size=AT_ONCE)
        ask([people[key] for key in {change.person.key for change in history if change.field == "email"}])
    if any("manager" in change["after"] for change in changes):
        _refuse_circles(own)


def _id_of(manager: str, ids: Mapping[str, UUID], name: str) -> UUID | None:
    if manager and manager not in ids:
        raise LeadlineError("web.people.moved_on", name=name)
    return ids[manager] if manager else None


def _refuse_circles(organisation_id: UUID) -> None:
    people = Person.objects.filter(organisation=organisation_id)
    above = {key: manager or "" for key, manager in people.values_list("key", "manager__key")}
    for circle in circles(above):
        raise LeadlineError("web.people.circle_since", names=", ".join(circle[:MOST_NAMED]))


def _expect(person: Person, values: Mapping[str, str], now: Mapping[str, str]) -> None:
    if any(now[name] != value for name, value in values.items()):
        raise LeadlineError("web.people.moved_on", name=person.name)


def _people(organisation_id: UUID, keys: Iterable[str]) -> QuerySet[Person]:
    return Person.objects.filter(organisation=organisation_id, key__in=list(keys))


def _some(things: Iterable[T]) -> Iterator[list[T]]:
    """A few at a time."""
    all_ = iter(things)
    while some := list(islice(all_, AT_ONCE)):
        yield some
