"""Every state and every move: allowed exactly where the table says, audited, and announced once committed."""

from __future__ import annotations

import pytest
from django.db import transaction
from tests.web.cast import World

from leadline.errors import has_words
from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles.models import Cycle
from leadline.web.cycles.moves import MOVES, STATES, MoveError, allowed, move, moved

EXPECTED = {
    "draft": {"nominate": "nominating", "launch": "running", "cancel": "cancelled"},
    "nominating": {"revise": "draft", "launch": "running", "cancel": "cancelled"},
    "running": {"close": "scoring", "cancel": "cancelled"},
    "scoring": {"scored": "review"},
    "review": {"rescore": "scoring", "reopen": "running", "collect": "running", "release": "released"},
    "released": {"collect": "running", "seal": "sealed"},
    "sealed": {},
    "cancelled": {},
}


@pytest.fixture
def cycle(world: World) -> Cycle:
    return Cycle.objects.create(organisation=world.organisation, title="Autumn")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_made_exactly_where_it_is_allowed(
    world: World, cycle: Cycle, state: str, name: str
) -> None:
    Cycle.objects.filter(pk=cycle.pk).update(state=state)
    cycle.refresh_from_db()
    assert (name in allowed(cycle)) == (name in EXPECTED[state])
    if name in EXPECTED[state]:
        assert move(cycle, name, world.actor("analytics")).state == EXPECTED[state][name]
        assert AuditRecord.objects.filter(action=f"cycles.{name}", subject=str(cycle.pk)).exists()
    else:
        with pytest.raises(MoveError):
            move(cycle, name, world.actor("analytics"))
        assert Cycle.objects.get(pk=cycle.pk).state == state


def test_the_clock_makes_only_the_moves_it_may(world: World, cycle: Cycle) -> None:
    with pytest.raises(MoveError):
        move(cycle, "cancel", world.organisation)
    assert move(cycle, "launch", world.organisation).state == "running"


def test_the_second_of_two_who_move_at_once_is_refused(world: World, cycle: Cycle) -> None:
    stale = Cycle.objects.get(pk=cycle.pk)
    move(cycle, "launch", world.actor("analytics"))
    with pytest.raises(MoveError):
        move(stale, "launch", world.actor("analytics"))


def test_a_move_is_announced_within_its_transaction(world: World, cycle: Cycle) -> None:
    heard: list[str] = []

    def listen(name: str, **_: object) -> None:
        heard.append(f"{name} {transaction.get_connection().in_atomic_block}")

    moved.connect(listen)
    move(cycle, "launch", world.actor("analytics"))
    assert heard == ["launch True"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_state_and_every_move_has_words(language: str) -> None:
    for name in STATES:
        assert has_words(f"web.cycles.states.{name}", language)  # type: ignore[arg-type]
    for name in MOVES:
        assert has_words(f"web.cycles.audit.{name}", language)  # type: ignore[arg-type]
