"""Which people an actor may see."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.http import Http404
from django.utils import timezone

from leadline.web.accounts.access import Actor
from leadline.web.people.models import Import, Person, Team

KEEPERS = ("operator", "analytics")
"""Roles that keep the people of an organisation."""


def everyone(actor: Actor) -> QuerySet[Person]:
    """All people of the organisation, for those who keep them."""
    if not actor.has(*KEEPERS):
        return Person.objects.none()
    return Person.objects.filter(organisation=actor.organisation)


def waiting(people: QuerySet[Person]) -> QuerySet[Person]:
    """Those whose new address their account has not confirmed yet."""
    known = people.filter(user__isnull=False).exclude(email="").annotate(given=Lower("email"))
    return known.exclude(given=F("user__email"))


def present(actor: Actor) -> QuerySet[Person]:
    """People who have not left: whom any member may name, as when nominating raters."""
    return Person.objects.filter(organisation=actor.organisation).filter(
        Q(left__isnull=True) | Q(left__gte=timezone.localdate())
    )


def own(actor: Actor) -> Person | None:
    """The actor's own row, if they are one of the people."""
    return Person.objects.filter(organisation=actor.organisation, user=actor.user).first()


def led(actor: Actor) -> QuerySet[Person]:
    """People who report to the actor directly."""
    return Person.objects.filter(organisation=actor.organisation, manager__user=actor.user)


def coached(actor: Actor) -> QuerySet[Person]:
    """People whom the actor coaches."""
    if not actor.has("coach"):
        return Person.objects.none()
    return Person.objects.filter(organisation=actor.organisation, coach=actor.user)


def person(actor: Actor, person_id: UUID) -> Person:
    """One person, or 404: for keepers anyone, for others themselves, their reports and those they coach."""
    people = Person.objects.filter(organisation=actor.organisation)
    if not actor.has(*KEEPERS):
        mine = Q(user=actor.user) | Q(manager__user=actor.user)
        people = people.filter(mine | Q(coach=actor.user) if actor.has("coach") else mine)
    try:
        return people.get(pk=person_id)
    except Person.DoesNotExist as cause:
        raise Http404 from cause


def teams(actor: Actor) -> QuerySet[Team]:
    """Teams of the organisation."""
    return Team.objects.filter(organisation=actor.organisation).order_by("name")


def imports(actor: Actor) -> QuerySet[Import]:
    """Imports, newest first, for those who keep the people."""
    if not actor.has(*KEEPERS):
        return Import.objects.none()
    return Import.objects.filter(organisation=actor.organisation).order_by("-time")


def one_import(actor: Actor, import_id: UUID) -> Import:
    """One import, or 404."""
    try:
        return imports(actor).get(pk=import_id)
    except Import.DoesNotExist as cause:
        raise Http404 from cause
