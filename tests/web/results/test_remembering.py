"""What was seen, and the least numbers, are known beside the key: the database cannot take them back."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from tests.web.cast import World
from tests.web.results.test_correcting import exports, revise

from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles import keys, launching, ledger, planning
from leadline.web.cycles.checking import LEAST
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.results import remembering, runs, sealing, showing
from leadline.web.results.access import results
from leadline.web.results.models import Basis, Result, Run

Visit = Callable[[str], Client]
FORGET = {
    "shown set back": lambda cycle: Result.objects.filter(run__cycle=cycle).update(shown=False),
    "overview set back": lambda cycle: Run.objects.filter(cycle=cycle).update(shown=False),
}
LOSE = {
    "results deleted": lambda cycle: Result.objects.filter(run__cycle=cycle).delete(),
    "run failed": lambda cycle: Run.objects.filter(cycle=cycle).update(state="failed"),
    "run of another cycle": lambda cycle: Run.objects.filter(cycle=cycle).update(
        cycle=Cycle.objects.exclude(pk=cycle.pk).first(), number=99
    ),
    "basis deleted": lambda cycle: Basis.objects.filter(run__cycle=cycle).delete(),
}


@pytest.fixture
def cycle(world: World) -> Cycle:
    """In review, with everything seen."""
    own: Cycle = world.things["cycle_review"]
    showing.opened_overview(world.actor("analytics"), own, "page")
    return own


def scored(world: World, cycle: Cycle) -> Run:
    """Scored again as the worker does."""
    move(cycle, "rescore", world.actor("analytics"))
    run = runs.start(cycle, world.actor("analytics"))
    runs.score.func(str(run.pk))
    run.refresh_from_db()
    cycle.refresh_from_db()
    return run


def last(world: World, action: str) -> AuditRecord | None:
    rows = AuditRecord.objects.filter(organisation=world.organisation, action=action)
    return rows.order_by("number").last()


@pytest.mark.parametrize("forget", FORGET.values(), ids=FORGET)
def test_figures_that_the_database_has_forgotten_were_seen_still_do_not_move_for_one_answer(
    world: World, cycle: Cycle, as_visitor: Visit, forget: Callable[[Cycle], object]
) -> None:
    client, ravi = as_visitor("analytics"), cycle.participants.get(name="Ravi Rao")
    before = exports(client, cycle)
    first = cycle.runs.get()
    Cycle.objects.filter(pk=cycle.pk).update(state="running", closes=timezone.localdate() + timedelta(days=3))
    revise(ravi, 1)
    Cycle.objects.filter(pk=cycle.pk).update(state="review")
    cycle.refresh_from_db()
    forget(cycle)
    assert scored(world, cycle).state == "done"
    assert exports(client, cycle) == before
    first.refresh_from_db()
    assert first.shown
    assert not first.results.filter(shown=False).exists()
    said = last(world, "results.seen_again")
    assert said is not None
    assert said.cycle == cycle.pk


@pytest.mark.parametrize("lose", LOSE.values(), ids=LOSE)
def test_nothing_is_scored_where_seen_figures_are_gone(
    world: World, cycle: Cycle, lose: Callable[[Cycle], object]
) -> None:
    lose(cycle)
    run = scored(world, cycle)
    assert (run.state, run.failure["code"]) == ("failed", "web.results.seen_gone")
    refused = last(world, "cycles.refused")
    assert refused is not None
    assert refused.detail["code"] == "web.results.seen_gone"


def test_whoever_was_erased_is_not_missed(world: World, cycle: Cycle) -> None:
    Participant.objects.filter(cycle=cycle, name="Ravi Rao").delete()
    assert scored(world, cycle).state == "done"


def test_what_is_seen_is_in_the_ledger_before_anybody_gets_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = world.things["cycle_review"]
    results(own).update(shown=False)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger, "_append", full)
    with pytest.raises(OSError, match="No space"):
        showing.opened_all(world.actor("analytics"), own, "ranking")
    assert not results(own).filter(shown=True).exists()


def test_a_line_that_a_crash_cut_short_counts_as_none_and_harms_no_other(cycle: Cycle) -> None:
    path = keys.path(cycle.pk, "ledger")
    content = path.read_bytes()
    path.write_bytes(content + content.splitlines()[1][:40])
    ledger.note_overview(cycle, cycle.pk)
    found = ledger.read(cycle, keys.of(cycle.pk))
    assert found.overviews == {cycle.runs.get().pk, cycle.pk}
    assert len(found.figures) == results(cycle).count()


def test_a_ledger_is_its_owners_alone_says_nothing_without_the_key_and_goes_with_it(
    cycle: Cycle,
) -> None:
    path = keys.path(cycle.pk, "ledger")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    assert str(cycle.runs.get().pk).encode() not in content
    keys.destroy(cycle)
    assert not path.exists()


def test_least_numbers_that_were_lowered_in_the_database_stop_the_scoring_until_they_are_back(
    world: World, cycle: Cycle, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ana = world.actor("analytics")
    with django_capture_on_commit_callbacks(execute=True):
        assert not planning.change(ana, cycle, thresholds={**LEAST, "peer": 4})
    Cycle.objects.filter(pk=cycle.pk).update(thresholds={**LEAST, "peer": 1})
    run = scored(world, cycle)
    fields = {"group": "peer", "least": 4}
    assert (run.state, run.failure) == ("failed", {"code": "web.cycles.least_lowered", "fields": fields})
    # Raised by the application, but not far enough: what was lowered is not forgotten.
    for least, state in ((3, "failed"), (4, "done")):
        with django_capture_on_commit_callbacks(execute=True):
            assert not planning.change(ana, cycle, thresholds={**LEAST, "peer": least})
        runs.retry(run, ana)
        runs.score.func(str(run.pk))
        run.refresh_from_db()
        assert run.state == state


@pytest.mark.parametrize("field", ["purpose", "framework_hash"])
def test_what_launch_froze_stops_the_scoring_where_it_changed(world: World, cycle: Cycle, field: str) -> None:
    ledger.note_rules(cycle)
    other = {"purpose": "development", "framework_hash": "0" * 64}[field]
    Cycle.objects.filter(pk=cycle.pk).update(**{field: other})
    run = scored(world, cycle)
    assert (run.state, run.failure["code"]) == ("failed", "web.cycles.rules_changed")


def test_a_launch_begins_a_ledger(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    draft = world.things["cycle_draft"]
    with django_capture_on_commit_callbacks(execute=True):
        own = launching.launch(draft, world.actor("analytics"), invite=False)
    found = ledger.read(own, keys.of(own.pk))
    assert (found.least, found.frozen["framework_hash"]) == (own.thresholds, own.framework_hash)


def test_cycles_of_a_release_without_ledgers_are_given_one_by_migrating(world: World, cycle: Cycle) -> None:
    del world
    before = ledger.read(cycle, keys.of(cycle.pk))
    keys.path(cycle.pk, "ledger").unlink()
    remembering.begin(plan=["a migration"])
    found = ledger.read(cycle, keys.of(cycle.pk))
    assert (found.figures, found.overviews) == (before.figures, before.overviews)
    assert found.least == cycle.thresholds


def test_a_sealed_cycle_is_read_without_a_ledger(
    world: World, as_visitor: Visit, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    own = world.things["cycle_released"]
    Cycle.objects.filter(pk=own.pk).update(appeal_until=timezone.localdate() - timedelta(days=3))
    own.refresh_from_db()
    with django_capture_on_commit_callbacks():
        sealing.seal(own, world.actor("analytics"))
    keys.destroy(own)
    results(own).update(shown=False)
    assert exports(as_visitor("analytics"), own)
    assert not keys.path(own.pk, "ledger").exists()
