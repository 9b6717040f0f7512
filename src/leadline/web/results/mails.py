"""Mails about results: that there is something to read, and never what, and nothing of a rater."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Container
from smtplib import SMTPException
from uuid import UUID

from django.urls import reverse
from django.utils import formats, translation
from django_tasks import task

from leadline.web.accounts.middleware import django_language
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.posting import speaks
from leadline.web.look.mail import send
from leadline.web.people.joining import way_in
from leadline.web.people.models import Person
from leadline.web.results import hidden
from leadline.web.results.access import results
from leadline.web.results.models import Contest, Correction, Release
from leadline.web.results.presenting import has_figures

AUDIENCES = ("ratee", "manager")
_LOG = logging.getLogger(__name__)


@task()
def tell(cycle_id: str) -> None:
    """Tell everybody of what was released to them; each once, what failed again when the clock asks."""
    cycle = Cycle.objects.select_related("organisation").get(pk=UUID(cycle_id))
    waiting = Release.objects.filter(participant__cycle=cycle, told=False)
    corrections = Correction.objects.filter(participant__cycle=cycle, withdrawn__isnull=False)
    withdrawn = set(corrections.values_list("pk", flat=True))
    to: defaultdict[tuple[str, UUID], list[Release]] = defaultdict(list)
    people: dict[UUID, Person] = {}
    for one in waiting.select_related("participant__person__user", "participant__manager__user"):
        person = one.participant.person if one.audience == "ratee" else one.participant.manager
        if person and person.address:
            people[person.pk] = person
            to[one.audience, person.pk].append(one)
    for (audience, key), releases in sorted(to.items(), key=lambda item: str(item[0])):
        claimed = Release.objects.filter(pk__in=[one.pk for one in releases], told=False).update(told=True)
        if not claimed:
            continue
        try:
            kind = _kind(audience, releases[0].participant, withdrawn)
            _send(f"results.mail.{kind}", people[key], cycle, n=len(releases))
        except (OSError, SMTPException) as fault:
            Release.objects.filter(pk__in=[one.pk for one in releases]).update(told=False)
            _LOG.warning("a mail about results could not be sent: %s", type(fault).__name__)


def _kind(audience: str, participant: Participant, withdrawn: Container[UUID]) -> str:
    """Which mail: a ratee is not called to figures that are not there."""
    if audience != "ratee":
        return audience
    if participant.pk in withdrawn:
        return "withdrawn"
    own = results(participant.cycle).filter(participant=participant).select_related("run").first()
    return "ratee" if own and has_figures(hidden.result(own)) else "nothing"


@task()
def tell_answer(contest_id: str) -> None:
    """Tell a ratee that their contest was answered."""
    contest = Contest.objects.select_related("participant__cycle__organisation", "participant__person__user")
    own = contest.get(pk=UUID(contest_id))
    person = own.participant.person
    if person and person.address:
        _send("results.mail.answer", person, own.participant.cycle, n=1)


@task()
def tell_corrected(participant_id: str, what: str) -> None:
    """Tell a ratee that their result was withdrawn, or is back."""
    people = Participant.objects.select_related("cycle__organisation", "person__user")
    own = people.get(pk=UUID(participant_id))
    if own.person and own.person.address:
        _send(f"results.mail.{what}", own.person, own.cycle, n=1)


def _send(key: str, person: Person, cycle: Cycle, *, n: int) -> None:
    found = way_in(person, reverse("results:mine"))
    if found is None:
        return
    to, link = found
    language = speaks(person, cycle)
    with translation.override(django_language(language)):
        day = str(formats.date_format(cycle.appeal_until)) if cycle.appeal_until else ""
        send(
            f"{key}_open" if not day and key.endswith(AUDIENCES) else key,
            to,
            language,
            link=link,
            name=person.name,
            cycle=cycle.title,
            organisation=cycle.organisation.name,
            n=n,
            day=day,
        )
