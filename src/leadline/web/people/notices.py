"""Mails about addresses: kept until they are sent, for whoever lost an account must learn of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django_tasks import task

from leadline.web.look.mail import send
from leadline.web.look.queue import put
from leadline.web.people import links
from leadline.web.people.joining import way_in
from leadline.web.people.models import Notice, Person

AT_ONCE = 100
"""Mails a task sends before it lets others have the worker."""
TRIES = 96
"""Once a quarter of an hour: a day."""
TOO_MANY = 3
BATCH = 500
_LOG = logging.getLogger(__name__)


def tell(kind: str, to: Iterable[tuple[Person, str]]) -> None:
    """Put mails into the outbox, by person and address; an empty one is the person's when it is sent."""
    notices = [Notice(kind=kind, person=one, to=address, language=_speaks(one)) for one, address in to]
    Notice.objects.bulk_create(notices, batch_size=BATCH)
    if notices:
        put(post)


def _speaks(person: Person) -> str:
    return person.language or (person.user.language if person.user else "") or person.organisation.language


@task()
def post(*, retry: bool = False) -> None:
    """Send what waits, or what failed before; what is left is the next task's."""
    chosen = {"tries__gt": 0} if retry else {"tries": 0}
    waiting = Notice.objects.filter(**chosen).select_related("person__user", "person__organisation")
    some = list(waiting.order_by("tries", "pk")[: AT_ONCE + 1])
    failures = 0
    for notice in some[:AT_ONCE]:
        failures = 0 if _sent(notice) else failures + 1
        if failures == TOO_MANY:
            return
    if len(some) > AT_ONCE:
        post.enqueue(retry=retry)


def _sent(notice: Notice) -> bool:
    """Send one, unless another worker has it; gone once it is sent or was tried for a day."""
    own = Notice.objects.filter(pk=notice.pk)
    if not own.filter(tries=notice.tries).update(tries=F("tries") + 1):
        return True
    try:
        _deliver(notice)
    except (OSError, SMTPException) as fault:
        _LOG.warning("a mail of kind %s could not be sent: %s", notice.kind, type(fault).__name__)
        own.filter(tries__gte=TRIES).delete()
        return False
    own.delete()
    return True


def _deliver(notice: Notice) -> None:
    person = notice.person
    to, link = notice.to or person.address, ""
    if notice.kind == "ask":
        if not person.waits:
            return
        link = links.link(person)
    elif notice.kind == "fresh":
        found = way_in(person, reverse("home"))
        if found is None:
            return
        to, link = found
    elif notice.kind == "answered":
        link = f"{settings.LEADLINE_URL}{reverse('my_data')}"
    email = person.email if notice.kind == "ask" else person.address
    fields = {"name": person.name, "organisation": person.organisation.name, "email": email, "old": to}
    once = f"people/{notice.pk}"
    send(f"people.mail.{notice.kind}", to, notice.language, link=link, once=once, **fields)
