"""Links by which an account confirms or refuses a new address of its person: sent to its confirmed one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from leadline.web.people.models import Person

FOR = timedelta(days=14)
"""How long an address can be confirmed."""


def link(person: Person) -> str:
    """A full address where the account decides."""
    path = reverse("people:confirm", kwargs={"person_id": person.pk, "token": token(person)})
    return f"{settings.LEADLINE_URL}{path}"


def token(person: Person) -> str:
    """Proof of having been asked: this account, at its address, for the new one, this time."""
    asked = person.asked.isoformat() if person.asked else ""
    content = "|".join((str(person.pk), str(person.user_id), person.address, person.email, asked))
    return salted_hmac("leadline.web.people.links", content, algorithm="sha256").hexdigest()


def person_of(person_id: UUID, given: str) -> Person | None:
    """Whose new address a link confirms; None when it is used up, replaced, too old or made up."""
    found = Person.objects.select_related("user", "organisation").filter(pk=person_id).first()
    if found is None or not found.waits or found.asked is None or found.asked + FOR < timezone.now():
        return None
    return found if constant_time_compare(token(found), given) else None
