"""The outbox: the worker sends what waits, each mail once, to people in their language.

No log line and no fault kept here names an address.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import date, datetime
from smtplib import SMTPException
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django_tasks import task

from leadline.errors import LANGUAGES, Language
from leadline.web.cycles import access, wording
from leadline.web.cycles.deadlines import closing_day, due_day, end_of
from leadline.web.cycles.models import Assignment, Cycle, Mailed, Participant, PersonalLink, Stakeholder
from leadline.web.look.mail import deliver
from leadline.web.people.joining import way_in
from leadline.web.people.models import Person

AT_ONCE = 100
"""Mails a task sends before it lets others have the worker."""
TRIES = 96
"""Once a quarter of an hour: a day."""
TOO_MANY = 3
_LOG = logging.getLogger(__name__)


@task()
def post(*, retry: bool = False) -> None:
    """Send what waits, or what failed before; what is left is the next task's.

    After some failures in a row the server is taken to be down, and the rest waits for the clock.
    """
    chosen = {"tries__gt": 0} if retry else {"tries": 0}
    waiting = list(Mailed.objects.filter(state="waiting", **chosen).order_by("tries", "pk")[: AT_ONCE + 1])
    failures = 0
    for mail in waiting[:AT_ONCE]:
        failures = 0 if send(mail) else failures + 1
        if failures == TOO_MANY:
            return
    if len(waiting) > AT_ONCE:
        post.enqueue(retry=retry)


def again(cycle: Cycle) -> int:
    """Put back into the outbox what was given up or interrupted."""
    stuck = Mailed.objects.filter(cycle=cycle, state__in=("failed", "sending"))
    n = stuck.update(state="waiting", tries=0)
    if n:
        post.enqueue()
    return n


def send(mail: Mailed) -> bool:
    """Send one mail, unless another worker has it already.

    Returns
    -------
    bool
        Whether it is dealt with: sent, pointless by now, or another worker's. The clock tries the rest again.
    """
    if not Mailed.objects.filter(pk=mail.pk, state="waiting").update(state="sending", tries=F("tries") + 1):
        return True
    try:
        _deliver(mail)
    except (OSError, SMTPException) as fault:
        _LOG.warning("a mail of kind %s could not be sent: %s", mail.kind, type(fault).__name__)
        state = "failed" if mail.tries + 1 >= TRIES else "waiting"
        Mailed.objects.filter(pk=mail.pk).update(state=state)
        return False
    Mailed.objects.filter(pk=mail.pk).update(state="sent")
    return True


def _deliver(mail: Mailed) -> None:
    cycle = Cycle.objects.select_related("organisation").get(pk=mail.cycle_id)
    one = mail.person or mail.stakeholder
    n, day, of = _matter(mail, cycle)
    if one is None or n == 0:
        return
    language = speaks(one, cycle)
    values = {
        "name": one.name or mail.to,
        "organisation": cycle.organisation.name,
        "cycle": cycle.title,
        "n": n,
        "day": wording.said_day(day, of, language) if day else "",
    }
    said = wording.letter(cycle, mail.kind, language, values)
    found = way_to(one, cycle, day)
    if found:
        to, address = found
        once = f"cycles/{mail.pk}" if mail.pk else ""  # none is kept of a link renewed by its owner
        deliver(to, language, said.subject, said.text, link=address, button=said.button, once=once)


def _matter(mail: Mailed, cycle: Cycle) -> tuple[int, date | None, Cycle]:
    """How many the mail is about, the last day, and of which cycle; 0 when nobody is asked any more.

    Of raters, everybody they are asked about: how many are left would be read in a mail spool.
    """
    if mail.kind == "nominate":
        return int(cycle.state == "nominating"), cycle.nominate_until, cycle
    if mail.kind == "approve":
        rows = Participant.objects.filter(cycle=cycle, manager=mail.person, state="proposed")
        return rows.count() if cycle.state == "nominating" else 0, cycle.nominate_until, cycle
    if mail.kind == "closed":
        return int(cycle.state in ("scoring", "review")), None, cycle
    asked = _asked(mail, cycle)
    if mail.kind == "again":
        asked = [row for row in asked if row.participant.cycle_id == cycle.pk]
    days = [(day, row.participant.cycle) for row in asked if (day := due_day(row))]
    first = min(days, key=lambda one: end_of(one[0], one[1].time_zone), default=(None, cycle))
    return len(asked), *first


def _asked(mail: Mailed, cycle: Cycle) -> list[Assignment]:
    """What somebody is asked: of a person the whole queue, whatever the cycle the mail comes from."""
    rows = access.owing()
    if mail.person_id:
        rows = rows.filter(rater=mail.person_id, participant__cycle__organisation=cycle.organisation_id)
    else:
        rows = rows.filter(stakeholder=mail.stakeholder_id)
    return list(rows)


def speaks(one: Person | Stakeholder, cycle: Cycle) -> Language:
    """The language to write in: theirs if the cycle speaks it, else the cycle's first."""
    user = one.user if isinstance(one, Person) else None
    for wanted in (one.language, user.language if user else "", cycle.organisation.language):
        for known in LANGUAGES:
            if wanted.startswith(known) and known in cycle.languages:
                return known
    return "zh" if cycle.languages[:1] == ["zh"] else "en"


def way_to(one: Person | Stakeholder, cycle: Cycle, day: date | None) -> tuple[str, str] | None:
    """Where the mail goes, and the address of its button: signs a person in, or opens a stakeholder's queue.

    A person's is decided now, whatever it was when the mail was put into the outbox.
    """
    if isinstance(one, Person):
        return way_in(one, reverse("home"))
    path = reverse("rating:by_link", kwargs={"token": personal(one, cycle, day)})
    return one.email, settings.LEADLINE_URL + path


def personal(stakeholder: Stakeholder, cycle: Cycle, day: date | None = None) -> str:
    """A new token for a stakeholder, good until the end of their last day; only its digest is kept."""
    token = secrets.token_urlsafe(32)
    last = max(found for found in (day, closing_day(cycle)) if found)
    PersonalLink.objects.create(
        stakeholder=stakeholder,
        digest=hashlib.sha256(token.encode()).hexdigest(),
        expires=end_of(last, cycle.time_zone),
    )
    return token


def renew(token: str) -> bool:
    """Send a new link to whom an expired one belonged, while they are asked something, done or not.

    Returns
    -------
    bool
        Whether a mail is on its way; the page says the same either way.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    old = (
        PersonalLink.objects.select_related("stakeholder__cycle__organisation").filter(digest=digest).first()
    )
    if old is None or not access.owed_by_stakeholder(old.stakeholder).exists():
        return False
    own = old.stakeholder
    now = datetime.now(tz=ZoneInfo(own.cycle.time_zone)).date()
    mail = Mailed(cycle=own.cycle, kind="reminder", to=own.email, day=now, stakeholder=own)
    _deliver(mail)
    old.delete()
    return True
