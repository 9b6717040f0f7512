"""Mails about results: that there is something to read, and never what, and nothing of a rater.

The rows they are about are the outbox: each says whether its mail is still to be sent. That is noted once
the mail server has it, so a mail comes twice only where the program ended in between, with the same name.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Container
from datetime import timedelta
from smtplib import SMTPException
from uuid import UUID

from django.urls import reverse
from django.utils import formats, translation
from django_tasks import task

from leadline.web.accounts.middleware import django_language
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.posting import speaks
from leadline.web.look.mail import send
from leadline.web.look.queue import later
from leadline.web.look.stopping import safe_point
from leadline.web.people.joining import way_in
from leadline.web.people.models import Person
from leadline.web.results import hidden
from leadline.web.results.access import results
from leadline.web.results.models import Contest, Correction, Release
from leadline.web.results.presenting import has_figures

AUDIENCES = ("ratee", "manager")
PAUSE = timedelta(minutes=15)
"""Until a mail is tried again that could not be sent."""
_LOG = logging.getLogger(__name__)


@task()
def tell(cycle_id: str) -> None:
    """Tell everybody of what was released to them; what fails is tried again."""
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
    failed = False
    for (audience, key), releases in sorted(to.items(), key=lambda item: str(item[0])):
        safe_point()
        kind = _kind(audience, releases[0].participant, withdrawn)
        keys = sorted(str(one.pk) for one in releases)
        if _sent(kind, people[key], cycle, n=len(releases), once="/".join(keys)):
            Release.objects.filter(pk__in=keys).update(told=True)
        else:
            failed = True
    if failed:
        later(tell, PAUSE, cycle_id)


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
    own = contest.filter(pk=UUID(contest_id), told=False).first()
    if own is None:
        return
    person, once = own.participant.person, f"{own.pk}/{own.answer}"
    if not (person and person.address) or _sent("answer", person, own.participant.cycle, n=1, once=once):
        Contest.objects.filter(pk=own.pk, answer=own.answer).update(told=True)
    else:
        later(tell_answer, PAUSE, contest_id)


@task()
def tell_corrected(participant_id: str) -> None:
    """Tell a ratee that their result was withdrawn, or is back."""
    rows = Correction.objects.select_related("participant__cycle__organisation", "participant__person__user")
    own = rows.filter(pk=UUID(participant_id)).exclude(tell="").first()
    if own is None:
        return
    person, once = own.participant.person, f"{own.pk}/{own.withdrawn}/{own.reason}"
    if not (person and person.address) or _sent(own.tell, person, own.participant.cycle, n=1, once=once):
        Correction.objects.filter(pk=own.pk, tell=own.tell).update(tell="")
    else:
        later(tell_corrected, PAUSE, participant_id)


def _sent(kind: str, person: Person, cycle: Cycle, *, n: int, once: str) -> bool:
    """Whether it is out of our hands."""
    try:
        _send(f"results.mail.{kind}", person, cycle, n=n, once=f"results/{kind}/{person.pk}/{once}")
    except (OSError, SMTPException) as fault:
        _LOG.warning("a mail about results could not be sent: %s", type(fault).__name__)
        return False
    return True


def _send(key: str, person: Person, cycle: Cycle, *, n: int, once: str) -> None:
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
            once=once,
            name=person.name,
            cycle=cycle.title,
            organisation=cycle.organisation.name,
            n=n,
            day=day,
        )
