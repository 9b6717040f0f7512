"""Results given to some people first, mails to those without figures, and ways that lead to a result."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from tests.web.cast import World
from tests.web.results.test_release import review_to, snapshot
from tests.web.sheets import figures_of

from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles.moves import MoveError
from leadline.web.people.models import Person
from leadline.web.results import mails, releasing
from leadline.web.results.access import results
from leadline.web.results.models import Release
from leadline.web.results.presenting import has_figures

Visit = Callable[[str], Client]


def given(world: World) -> set[str]:
    """Who was given their result of the cycle in review."""
    rows = Release.objects.filter(participant__cycle=world.things["cycle_review"], audience="ratee")
    return set(rows.values_list("participant__name", flat=True))


def test_results_are_released_to_those_who_are_chosen_and_to_the_rest_later(
    world: World, as_visitor: Visit
) -> None:
    cycle, client = review_to(world), as_visitor("analytics")
    address = f"/results/cycles/{cycle.pk}/release/"
    ravi = world.things["result_review"]
    everybody = {row.name for row in releasing.unreleased(cycle)}
    form = {"whom": "some", "managers": "on"}
    page = client.post(address, form).content.decode()
    assert "Nobody is chosen" in page
    cycle.refresh_from_db()
    assert (cycle.state, given(world)) == ("review", set())
    client.post(address, {**form, "ratee": str(ravi.pk)})
    cycle.refresh_from_db()
    assert (cycle.state, given(world)) == ("released", {"Ravi Rao"})
    assert address in client.get(f"/results/cycles/{cycle.pk}/").content.decode()
    client.post(address, {"whom": "all"})
    assert given(world) == everybody
    assert AuditRecord.objects.filter(action="results.released_further").count() == 1
    assert address not in client.get(f"/results/cycles/{cycle.pk}/").content.decode()


def test_nothing_is_released_of_a_cycle_that_runs_or_is_sealed(world: World) -> None:
    for state, error in (("running", releasing.ReleaseError), ("sealed", releasing.ReleaseError)):
        cycle = review_to(world, state=state)
        with pytest.raises((error, MoveError)):
            releasing.release(world.actor("analytics"), cycle, [])
    assert given(world) == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_has_no_figure_is_not_called_to_one(
    world: World, mailoutbox: list[object], language: str
) -> None:
    del mailoutbox
    thin = world.things["result_thin"]
    row = results(thin.cycle).select_related("run").get(participant=thin)
    row.figures = figures_of(row)
    assert not has_figures(row)
    Person.objects.filter(pk=thin.person_id).update(language=language)
    Release.objects.filter(participant__cycle=thin.cycle).update(told=True)
    Release.objects.filter(participant=thin).delete()
    Release.objects.create(participant=thin, audience="ratee")
    mails.tell.func(str(thin.cycle_id))
    assert mail.outbox[-1].to == [thin.person.email]
    snapshot(f"results-nothing-{language}")


def test_my_feedback_leads_to_a_result_that_was_released_and_a_cycle_to_its_results(
    world: World, as_visitor: Visit
) -> None:
    released, review = world.things["result_ratee"], world.things["result_review"]
    for visitor in ("ratee", "manager"):
        page = as_visitor(visitor).get("/cycles/mine/").content.decode()
        assert f"/results/of/{released.pk}/" in page
        assert f"/results/of/{review.pk}/" not in page
        own = as_visitor(visitor).get(f"/cycles/mine/{released.pk}/").content.decode()
        assert f"/results/of/{released.pk}/" in own
    for name in ("cycle_review", "cycle_released"):
        cycle = world.things[name]
        page = as_visitor("analytics").get(f"/cycles/{cycle.pk}/").content.decode()
        assert f'href="/results/cycles/{cycle.pk}/"' in page


@pytest.mark.parametrize(("language", "said"), [("en", "exam"), ("zh", "考试")])
def test_nobody_is_advised_to_sit_an_exam_that_is_not_there(
    world: World, as_visitor: Visit, language: str, said: str
) -> None:
    thin = world.things["result_thin"]
    client = as_visitor("analytics")
    world.users["analytics"].language = language
    world.users["analytics"].save()
    assert said not in client.get(f"/results/of/{thin.pk}/").content.decode()
