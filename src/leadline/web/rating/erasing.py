"""What erasing somebody means here: whatever they wrote about others, in cycles that are not sealed."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.web.accounts.keeping import forget
from leadline.web.cycles import keys
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.look.templatetags.look import text
from leadline.web.people.models import Person
from leadline.web.rating.answers import sheets
from leadline.web.rating.submitting import rewrite, sheets_on

OPEN = ("running", "scoring", "review", "released")


def lost(person: Person) -> Iterator[str]:
    """What goes, in words: the same whether they have answered or not."""
    del person
    yield text("rating.erasing.sheets")


def kept(person: Person) -> Iterator[str]:
    """What stays: nothing of what raters wrote."""
    del person
    yield from ()


def erase(person: Person) -> None:
    """Delete sheets, drafts and kept forms.

    Sheets are found by each cycle's key. A cycle whose key is gone holds nothing that anybody can read.
    """
    own = Assignment.objects.filter(rater=person)
    for cycle in Cycle.objects.filter(organisation=person.organisation_id, state__in=OPEN).order_by("pk"):
        if keys.exists(cycle):
            _erase_sheets(person, cycle, keys.of(cycle.pk))
    for assignment in own.values_list("pk", flat=True):
        forget(assignment)
    # With its draft; the person would take it along, but not if an app that comes later keeps the person.
    own.delete()


def _erase_sheets(person: Person, cycle: Cycle, key: Key) -> None:
    asked = Assignment.objects.filter(rater=person, participant__cycle=cycle)
    ratees = set(asked.values_list("participant", flat=True))
    # A release before this one deleted assignments and left their sheets: all are looked at.
    ratees |= {ratee for ratee, one in sheets(cycle, key) if one.pseudonym == key.pseudonym(person.pk, ratee)}
    rows = Participant.objects.select_for_update(no_key=True).filter(pk__in=ratees).order_by("pk")
    for participant in rows:
        pseudonym = key.pseudonym(person.pk, participant.pk)
        # Written anew also where nothing goes: which ones were must not tell whom they had answered about.
        rewrite(participant, [one for one in sheets_on(participant, key) if one.pseudonym != pseudonym], key)
