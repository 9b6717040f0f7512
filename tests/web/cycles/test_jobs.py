"""Work on a cycle of thousands: done by the worker once, told on a page, and safe to try again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.web.cast import World

from leadline.errors import LeadlineError
from leadline.web.cycles import jobs
from leadline.web.cycles.models import Cycle, Job
from leadline.web.people.models import Person

Visit = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2)


@pytest.fixture
def cycle(world: World) -> Cycle:
    """In preparation, with three ratees."""
    return world.things["cycle_draft"]


@pytest.fixture
def ana(as_visitor: Visit) -> Client:
    return as_visitor("analytics")


def address(cycle: Cycle) -> str:
    return f"/cycles/jobs/{cycle.jobs.get().pk}/"


def done(cycle: Cycle) -> Job:
    """What the worker does next."""
    jobs.work.func(str(cycle.jobs.get(state="waiting").pk))
    return cycle.jobs.latest("asked")


@pytest.mark.parametrize(("language", "said"), [("en", "Ratees are being added"), ("zh", "正在添加被评者")])
def test_adding_many_leads_to_a_page_that_renews_itself_and_then_leads_back(
    world: World, cycle: Cycle, ana: Client, language: str, said: str
) -> None:
    world.users["analytics"].language = language
    world.users["analytics"].save()
    step = f"/cycles/{cycle.pk}/prepare/people/"
    assert ana.post(step, {"everyone": "yes"})["Location"] == address(cycle)
    page = ana.get(address(cycle)).content.decode()
    assert said in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert 'hx-trigger="load delay:2s"' in page
    n = Person.objects.filter(organisation=world.organisation, left=None).count()
    job = done(cycle)
    assert (job.state, job.n, cycle.participants.count()) == ("done", n - 3, n)
    assert ana.get(address(cycle), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert ana.get(address(cycle))["Location"] == step


def test_few_are_added_at_once(world: World, cycle: Cycle, ana: Client) -> None:
    ana.post(f"/cycles/{cycle.pk}/prepare/people/", {"person": str(world.people["bo"].pk)})
    assert cycle.participants.count() == 4
    assert not cycle.jobs.exists()


def test_launching_many_is_the_workers_and_invites_everyone(cycle: Cycle, ana: Client) -> None:
    assert ana.post(f"/cycles/{cycle.pk}/do/launch/")["Location"] == address(cycle)
    cycle.refresh_from_db()
    assert cycle.state == "draft"
    done(cycle)
    cycle.refresh_from_db()
    assert cycle.state == "running"
    assert cycle.mailed.filter(kind="invite").exists()
    assert ana.get(address(cycle))["Location"] == f"/cycles/{cycle.pk}/"


def test_other_rules_give_many_other_raters_in_the_worker(cycle: Cycle, ana: Client) -> None:
    answer = ana.post(
        f"/cycles/{cycle.pk}/prepare/raters/",
        {"self_on": "on", "self_source": "line", "self_least": "1", "self_most": "1"}
        | {"report_on": "on", "report_source": "line", "report_least": "3", "report_most": "9"},
    )
    assert answer["Location"] == address(cycle)
    done(cycle)
    rows = cycle.participants.get(name="Ravi Rao").assignments.values_list("relationship", flat=True)
    assert set(rows) == {"self", "report"}


def test_taking_everyone_out_is_the_workers_too(cycle: Cycle, ana: Client) -> None:
    ana.post(f"/cycles/{cycle.pk}/prepare/people/", {"nobody": "yes"})
    assert cycle.participants.count() == 3
    done(cycle)
    assert cycle.participants.count() == 0


def test_asking_twice_is_one_job_and_something_else_meanwhile_is_refused(world: World, cycle: Cycle) -> None:
    actor = world.actor("analytics")
    first = jobs.ask(actor, cycle, "assess", {"everyone": "yes"})
    assert jobs.ask(actor, cycle, "assess", {"everyone": "yes"}) == first
    with pytest.raises(LeadlineError, match=r"Something else"):
        jobs.ask(actor, cycle, "launch")


def test_a_job_that_is_taken_up_twice_is_done_once(world: World, cycle: Cycle) -> None:
    job = jobs.ask(world.actor("analytics"), cycle, "launch")
    jobs.work.func(str(job.pk))
    jobs.work.func(str(job.pk))
    assert Job.objects.get(pk=job.pk).state == "done"


def test_what_keeps_it_from_being_done_is_told_and_it_can_be_tried_again(cycle: Cycle, ana: Client) -> None:
    closes, cycle.closes = cycle.closes, None
    cycle.save()
    ana.post(f"/cycles/{cycle.pk}/do/launch/")
    assert done(cycle).state == "failed"
    page = ana.get(address(cycle)).content.decode()
    assert "The cycle cannot begin" in page
    assert "http-equiv" not in page
    Cycle.objects.filter(pk=cycle.pk).update(closes=closes)
    ana.post(f"{address(cycle)}retry/")
    assert done(cycle).state == "done"


def test_a_fault_of_the_program_changes_nothing_and_names_nobody(
    cycle: Cycle, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        cycle.participants.all().delete()
        raise RuntimeError("Ravi Rao")

    monkeypatch.setitem(jobs.DEEDS, "launch", broken)  # type: ignore[arg-type]  # a dict behind its protocol
    ana.post(f"/cycles/{cycle.pk}/do/launch/")
    with pytest.raises(RuntimeError):
        done(cycle)
    assert (cycle.jobs.get().failure, cycle.participants.count()) == (
        {"code": "web.cycles.broken", "fields": {}},
        3,
    )


def test_only_one_that_failed_or_lost_its_worker_can_be_tried_again(
    world: World, cycle: Cycle, ana: Client
) -> None:
    job = jobs.ask(world.actor("analytics"), cycle, "launch")
    Job.objects.update(state="running", started=timezone.now())
    with pytest.raises(LeadlineError):
        jobs.retry(world.actor("analytics"), job)
    Job.objects.update(started=timezone.now() - timedelta(hours=1))
    assert "quarter of an hour" in ana.get(address(cycle)).content.decode()
    ana.post(f"{address(cycle)}retry/")
    assert done(cycle).state == "done"


def test_the_page_of_the_cycle_says_what_is_under_way(cycle: Cycle, ana: Client) -> None:
    ana.post(f"/cycles/{cycle.pk}/do/launch/")
    assert address(cycle) in ana.get(f"/cycles/{cycle.pk}/").content.decode()


def test_asking_many_to_nominate_is_the_workers(cycle: Cycle, ana: Client) -> None:
    rules = cycle.rules | {"stakeholder": {"source": "stakeholders", "least": 1, "most": 3}}
    day = cycle.opens - timedelta(days=1)
    Cycle.objects.filter(pk=cycle.pk).update(rules=rules, nominate_until=day)
    assert ana.post(f"/cycles/{cycle.pk}/do/nominate/")["Location"] == address(cycle)
    job = done(cycle)
    assert (job.state, job.n, Cycle.objects.get(pk=cycle.pk).state) == ("done", 3, "nominating")
    assert cycle.mailed.filter(kind="nominate").exists()
    page = ana.get(address(cycle), follow=True).content.decode()
    assert "3 ratees are being asked to propose raters" in page


def test_cancelling_many_is_the_workers(world: World, ana: Client) -> None:
    running = world.things["cycle_running"]
    n = running.participants.count()
    assert ana.post(f"/cycles/{running.pk}/do/cancel/")["Location"] == address(running)
    job = done(running)
    assert (job.state, job.n, Cycle.objects.get(pk=running.pk).state) == ("done", n, "cancelled")
    assert "The cycle is cancelled" in ana.get(address(running), follow=True).content.decode()
