"""The three ways to correct a result: what each does, who is told, and that nobody else's bytes move."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.cast import World
from tests.web.results.test_release import snapshot
from tests.web.sheets import drafted, figures_of

from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles import closing, panels
from leadline.web.cycles.access import asked_in
from leadline.web.cycles.deadlines import is_open, last_day, today
from leadline.web.cycles.models import Assignment, Cycle, Mailed, Participant
from leadline.web.people.models import Person
from leadline.web.rating import drafts, submitting
from leadline.web.results import correcting, mails, releasing, runs, scoring, sealing
from leadline.web.results.access import briefs, results
from leadline.web.results.correcting import CorrectionError
from leadline.web.results.models import Basis, Comment, Correction, Release, Result

Visit = Callable[[str], Client]
DAY = timedelta(days=1)


def exports(client: Client, cycle: Cycle, but: Participant | None = None) -> dict[str, tuple[bytes, bytes]]:
    """Both files of every ratee's result."""
    rows = cycle.participants.exclude(pk=but.pk) if but else cycle.participants.all()
    return {one.name: files(client, one) for one in rows}


def files(client: Client, ratee: Participant) -> tuple[bytes, bytes]:
    found = [client.get(reverse(f"results:result_{kind}", args=[ratee.pk])) for kind in ("csv", "json")]
    assert [one.status_code for one in found] == [200, 200]
    return found[0].getvalue(), found[1].getvalue()


def close(world: World, cycle: Cycle) -> None:
    """Close and score, as the worker does."""
    closing.close(cycle, world.actor("analytics"))
    scoring.run(runs.start(cycle, world.actor("analytics")))
    cycle.refresh_from_db()


def revise(ratee: Participant, n: int, but: Person | None = None) -> None:
    """Let some raters take back what they said and say something else."""
    rows = Assignment.objects.filter(participant=ratee, relationship="peer").order_by("pk")
    rows = rows.exclude(rater=but) if but else rows
    for row in rows.select_related("participant__cycle", "rater")[:n]:
        submitting.take_back(row)
        own = Assignment.objects.get(pk=row.pk)
        written = drafted(own)
        answers = {item: 1 if value == 5 else 5 for item, value in written.answers.items()}
        drafts.write(own, replace(written, answers=answers))
        submitting.submit(Assignment.objects.get(pk=row.pk))


@pytest.fixture
def ratee(world: World) -> Participant:
    """One of a cycle in review."""
    own: Participant = world.things["result_review"]
    return Participant.objects.select_related("cycle").get(pk=own.pk)


@pytest.fixture
def released(world: World) -> Participant:
    """One of a released cycle."""
    own: Participant = world.things["result_ratee"]
    Release.objects.filter(participant=own).update(told=True)
    return Participant.objects.select_related("cycle").get(pk=own.pk)


def test_a_withdrawn_result_shows_no_figure_to_anyone(
    world: World, released: Participant, as_visitor: Visit
) -> None:
    score = figures_of(results(released.cycle).get(participant=released))["sheet"]["overall"]["score"]
    before = exports(as_visitor("analytics"), released.cycle, but=released)
    correcting.withdraw(world.actor("analytics"), released, "Two people were mixed up.")
    for visitor in ("ratee", "manager", "coach", "analytics"):
        client = as_visitor(visitor)
        page = client.get(reverse("results:result", args=[released.pk])).content.decode()
        csv, plain = (content.decode() for content in files(client, released))
        for shown in (page, csv, plain):
            assert "Two people were mixed up." in shown
            assert f"{score:.1f}" not in shown
        assert not [
            part for part in ("headline", "strips", 'class="comments', '<svg class="bands') if part in page
        ]
        found = json.loads(plain)
        assert (found["figures"], found["groups"], found["raters"], found["comments"]) == (
            None,
            None,
            None,
            [],
        )
        assert len(csv.splitlines()) == 2
    assert exports(as_visitor("analytics"), released.cycle, but=released) == before


def test_comments_on_a_withdrawn_result_are_not_at_the_desk(
    world: World, ratee: Participant, as_visitor: Visit
) -> None:
    client, own = as_visitor("analytics"), Comment.objects.filter(participant=ratee)
    address = reverse("results:desk", args=[ratee.cycle_id])
    n = client.get(address).context["total"]
    correcting.withdraw(world.actor("analytics"), ratee, "Wrong person.")
    assert own.exists()
    assert client.get(address).context["total"] == n - own.count()
    assert releasing.unreviewed(ratee.cycle) == n - own.count()
    one = reverse("results:comment", args=[own[0].pk])
    assert client.post(one, {"state": "public"}).status_code == 404


def test_in_lists_a_withdrawn_result_has_a_name_and_no_figure(
    world: World, ratee: Participant, as_visitor: Visit
) -> None:
    correcting.withdraw(world.actor("analytics"), ratee, "Wrong person.")
    own = next(one for one in briefs(results(ratee.cycle)) if one.participant_id == ratee.pk)
    assert (own.overall, own.rank, own.withdrawn) == (None, None, True)
    page = as_visitor("analytics").get(reverse("results:ranking", args=[ratee.cycle_id])).content.decode()
    assert "Ravi Rao (withdrawn)" in page
    csv = as_visitor("analytics").get(reverse("results:ranking", args=[ratee.cycle_id]) + "?export=csv")
    assert "Ravi Rao" not in csv.getvalue().decode()


def test_a_withdrawal_says_why_once_and_is_undone_to_the_byte(
    world: World, released: Participant, as_visitor: Visit
) -> None:
    actor, before = world.actor("analytics"), files(as_visitor("ratee"), released)
    with pytest.raises(CorrectionError, match="nothing written"):
        correcting.withdraw(actor, released, "  ")
    with pytest.raises(CorrectionError, match="not withdrawn"):
        correcting.restore(actor, released)
    correcting.withdraw(actor, released, "Wrong person.")
    with pytest.raises(CorrectionError, match="withdrawn already"):
        correcting.withdraw(actor, released, "Again.")
    correcting.restore(actor, released)
    assert files(as_visitor("ratee"), released) == before
    actions = AuditRecord.objects.filter(action__in=("results.withdrawn", "results.restored"))
    assert [one.subject for one in actions] == [str(released.pk)] * 2


def test_reading_that_a_result_was_withdrawn_is_not_reading_it(
    world: World, released: Participant, as_visitor: Visit
) -> None:
    correcting.withdraw(world.actor("analytics"), released, "Wrong person.")
    as_visitor("ratee").get(reverse("results:result", args=[released.pk]))
    assert not Release.objects.filter(participant=released, read=True).exists()
    assert not Result.objects.filter(participant=released, shown=True).exists()
    assert AuditRecord.objects.filter(action="results.read").last().detail["withdrawn"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("what", ["withdrawn", "restored"])
def test_the_ratee_is_told(
    world: World,
    released: Participant,
    mailoutbox: list[object],
    language: str,
    what: str,
) -> None:
    del mailoutbox
    Person.objects.filter(pk=world.people["ratee"].pk).update(language=language)
    Correction.objects.update_or_create(participant=released, defaults={"tell": what})
    mails.tell_corrected.func(str(released.pk))
    assert mail.outbox[-1].to == ["ravi@acme.example"]
    snapshot(f"results-{what}-{language}")


def test_who_was_given_nothing_is_told_nothing(
    world: World, ratee: Participant, mailoutbox: list[object], django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        correcting.withdraw(world.actor("analytics"), ratee, "Wrong person.")
    assert mailoutbox == []


def test_whose_result_was_withdrawn_before_the_release_is_told_that(
    world: World, ratee: Participant, mailoutbox: list[object]
) -> None:
    del mailoutbox
    Cycle.objects.filter(pk=ratee.cycle_id).update(purpose="development")
    ratee.cycle.refresh_from_db()
    correcting.withdraw(world.actor("analytics"), ratee, "Wrong person.")
    releasing.release(world.actor("analytics"), ratee.cycle, [])
    mails.tell.func(str(ratee.cycle_id))
    told = {one.to[0]: one.subject for one in mail.outbox}
    assert "withdrawn" in told["ravi@acme.example"]
    assert "withdrawn" not in told["petra@acme.example"]


def test_a_note_stands_with_the_figures_and_in_every_export(
    world: World, released: Participant, as_visitor: Visit
) -> None:
    before = exports(as_visitor("analytics"), released.cycle)
    correcting.note(world.actor("analytics"), released, "One rater meant somebody else.")
    page = as_visitor("ratee").get(reverse("results:result", args=[released.pk])).content.decode()
    assert "One rater meant somebody else." in page
    assert "headline-score" in page
    csv, plain = files(as_visitor("ratee"), released)
    assert "One rater meant somebody else." in csv.decode()
    assert json.loads(plain)["note"]["text"] == "One rater meant somebody else."
    correcting.note(world.actor("analytics"), released, "")
    assert exports(as_visitor("analytics"), released.cycle) == before


def test_collecting_again_opens_the_ratings_of_one_ratee_alone(world: World, ratee: Participant) -> None:
    closes, until = ratee.cycle.closes, today(ratee.cycle) + 3 * DAY
    correcting.collect(world.actor("analytics"), ratee, until)
    cycle = Cycle.objects.get(pk=ratee.cycle_id)
    assert (cycle.state, cycle.closes, last_day(cycle)) == ("running", closes, until)
    rows = Assignment.objects.filter(participant__cycle=cycle).select_related("participant__cycle")
    assert {row.participant_id for row in rows if is_open(row)} == {ratee.pk}
    assert set(asked_in(cycle).values_list("participant", flat=True)) == {ratee.pk}
    told = set(Mailed.objects.filter(cycle=cycle, kind="again").values_list("person", flat=True))
    assert told == set(rows.filter(participant=ratee).values_list("rater", flat=True))


def test_on_the_closing_day_itself_the_others_stay_closed(world: World, ratee: Participant) -> None:
    Cycle.objects.filter(pk=ratee.cycle_id).update(closes=today(ratee.cycle))
    ratee.cycle.refresh_from_db()
    correcting.collect(world.actor("analytics"), ratee, today(ratee.cycle))
    rows = Assignment.objects.filter(participant__cycle=ratee.cycle_id).select_related("participant__cycle")
    assert {row.participant_id for row in rows if is_open(row)} == {ratee.pk}


def test_who_is_added_meanwhile_is_asked_too(world: World, ratee: Participant) -> None:
    until = today(ratee.cycle) + 3 * DAY
    correcting.collect(world.actor("analytics"), ratee, until)
    new = panels.add(world.actor("analytics"), ratee, world.people["dana"], "peer")
    assert new.due == until
    assert asked_in(ratee.cycle).filter(pk=new.pk).exists()
    other = ratee.cycle.participants.get(name="Bo Berg")
    with pytest.raises(panels.PanelError, match="nobody was given longer to rate Bo Berg"):
        panels.add(world.actor("analytics"), other, world.people["dana"], "peer")


@pytest.mark.parametrize(("n", "enough"), [(0, False), (1, False), (3, False), (4, True)])
def test_only_enough_changed_ratings_make_new_figures_and_nobody_elses_move(
    world: World, ratee: Participant, as_visitor: Visit, n: int, enough: bool
) -> None:
    analytics = as_visitor("analytics")
    own, before = files(analytics, ratee), exports(analytics, ratee.cycle, but=ratee)
    correcting.collect(world.actor("analytics"), ratee, today(ratee.cycle))
    revise(ratee, n)
    close(world, ratee.cycle)
    assert exports(analytics, ratee.cycle, but=ratee) == before
    assert (files(analytics, ratee) != own) is enough
    correction = Correction.objects.get(participant=ratee)
    assert (correction.enough, correction.asked) == (enough, today(ratee.cycle))
    # That nobody answered must not look different from that a few did.
    kept = results(ratee.cycle).get(participant=ratee).kept
    assert kept == (None if enough else 1)
    page = analytics.get(reverse("results:wrong", args=[ratee.pk])).content.decode()
    assert ("Enough of them changed" in page, "Too few of them changed" in page) == (enough, not enough)


def test_what_was_seen_of_a_release_that_kept_nothing_is_not_collected_again(
    world: World, ratee: Participant, as_visitor: Visit
) -> None:
    client, address = as_visitor("analytics"), reverse("results:wrong", args=[ratee.pk])
    files(client, ratee)
    assert 'id="until"' in client.get(address).content.decode()
    Basis.objects.filter(run__cycle=ratee.cycle).update(held=None)
    page = client.get(address).content.decode()
    assert 'id="until"' not in page
    assert "0.1.0" in page
    client.post(reverse("results:correct", args=[ratee.pk, "collect"]), {"until": "2100-01-01"})
    assert Cycle.objects.get(pk=ratee.cycle_id).state == "review"


def test_others_read_their_released_results_while_one_is_collected_again(
    world: World, released: Participant, as_visitor: Visit
) -> None:
    other = released.cycle.participants.get(person=world.people["rater"])
    correcting.collect(world.actor("analytics"), released, today(released.cycle))
    assert as_visitor("rater").get(reverse("results:result", args=[other.pk])).status_code == 200
    assert as_visitor("ratee").get(reverse("results:result", args=[released.pk])).status_code == 404
    assert Result.objects.filter(participant=other, shown=True).exists()


def test_a_released_cycle_that_is_open_for_one_ratee_cannot_be_cancelled(
    world: World, released: Participant, as_visitor: Visit
) -> None:
    correcting.collect(world.actor("analytics"), released, today(released.cycle))
    with pytest.raises(closing.ClosingError, match="no longer be cancelled"):
        closing.cancel(released.cycle, world.actor("analytics"))
    assert Cycle.objects.get(pk=released.cycle_id).state == "running"
    page = as_visitor("analytics").get(reverse("cycles:cycle", args=[released.cycle_id])).content.decode()
    assert "do/close/" in page
    assert "do/cancel/" not in page


def test_what_was_collected_again_is_released_again_and_nothing_else(
    world: World, released: Participant, as_visitor: Visit
) -> None:
    analytics = as_visitor("analytics")
    others = Release.objects.exclude(participant=released).filter(participant__cycle=released.cycle)
    known = set(others.values_list("pk", flat=True))
    correcting.collect(world.actor("analytics"), released, today(released.cycle))
    close(world, released.cycle)
    assert released.cycle.state == "review"
    page = analytics.get(reverse("results:release", args=[released.cycle_id])).content.decode()
    assert "1 result goes" in page
    analytics.post(reverse("results:release", args=[released.cycle_id]), {"managers": "on"})
    assert set(others.values_list("pk", flat=True)) == known
    assert set(Release.objects.filter(participant=released).values_list("audience", flat=True)) == {
        "ratee",
        "manager",
    }


def test_a_past_day_or_none_changes_nothing(world: World, ratee: Participant, as_visitor: Visit) -> None:
    address = reverse("results:correct", args=[ratee.pk, "collect"])
    for day in ("", "tomorrow", str(date(2020, 1, 1))):
        assert as_visitor("analytics").post(address, {"until": day}).status_code == 302
    assert Cycle.objects.get(pk=ratee.cycle_id).state == "review"
    assert not Correction.objects.filter(participant=ratee).exists()


def test_sealing_keeps_reason_and_note_and_deletes_what_was_withdrawn(
    world: World, released: Participant, as_visitor: Visit
) -> None:
    actor = world.actor("analytics")
    correcting.note(actor, released, "Looked into.")
    correcting.withdraw(actor, released, "Wrong person.")
    Cycle.objects.filter(pk=released.cycle_id).update(appeal_until=timezone.localdate() - 3 * DAY)
    released.cycle.refresh_from_db()
    sealing.seal(released.cycle, actor)
    assert Result.objects.get(participant=released).figures == {}
    assert not Comment.objects.filter(participant=released).exists()
    page = as_visitor("ratee").get(reverse("results:result", args=[released.pk])).content.decode()
    assert "Wrong person." in page
    assert "Looked into." in page
    for deed in (
        lambda: correcting.restore(actor, released),
        lambda: correcting.note(actor, released, "Later."),
        lambda: correcting.collect(actor, released, today(released.cycle)),
    ):
        with pytest.raises(CorrectionError, match="Nothing more"):
            deed()
