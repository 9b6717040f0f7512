"""Pages of those who run cycles: the list, one cycle, its ratees, what changed among people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadline.web.accounts.access import Actor, Request, require
from leadline.web.catalogue.frameworks import references
from leadline.web.cycles import (
    access,
    closing,
    following,
    forms,
    jobs,
    launching,
    nominating,
    planning,
    posting,
)
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.checking import LEAST
from leadline.web.cycles.deadlines import is_past, last_day, today
from leadline.web.cycles.job_views import later
from leadline.web.cycles.models import Assignment, Cycle, GroupProgress
from leadline.web.cycles.moves import STATES, allowed, move
from leadline.web.cycles.progress import ALL, ENOUGH, FEW
from leadline.web.cycles.steps import PREPARING, next_step, offered, steps
from leadline.web.cycles.telling import attempt
from leadline.web.look.listing import Column, Listing
from leadline.web.look.templatetags.look import text
from leadline.workflows import ATTRIBUTED

COLUMNS = (
    Column("cycles.fields.title", "title", lambda c: c.title),
    Column("cycles.fields.state", "state", lambda c: text(f"cycles.states.{c.state}")),
    Column("cycles.fields.purpose", "purpose", lambda c: text(f"cycles.purposes.{c.purpose}")),
    Column("cycles.fields.opens", "opens", lambda c: c.opens),
    Column("cycles.fields.closes", "closes", lambda c: c.closes),
    Column("cycles.ratees", "size", lambda c: c.size, numeric=True),
)
RATEES = (
    Column("people.fields.name", "name", lambda p: p.name),
    Column("people.fields.team", "team", lambda p: p.team),
    Column("people.fields.manager", "manager__name", lambda p: p.manager.name if p.manager else ""),
    Column("cycles.nomination", "state", lambda p: text(f"cycles.nominations.{p.state}")),
    Column("cycles.raters", "n_all", lambda p: p.n_all, numeric=True),
    Column("cycles.n_few", "n_few", lambda p: p.n_few, numeric=True),
    Column("cycles.n_enough", "n_enough", lambda p: p.n_enough, numeric=True),
)
MOST_SHOWN = 50
CLOSED = ("scoring", "review", "released", "sealed")
"""States of a cycle whose results have a page."""


@require(*RUNNERS)
@require_GET
def cycles(request: Request) -> HttpResponse:
    """All cycles of the organisation."""
    shown = request.GET.get("state", "")
    known = access.cycles(request.actor)
    rows = known.filter(state=shown) if shown in STATES else known
    size = Count("participants", filter=Q(participants__withdrawn=False))
    listing = Listing(
        request,
        rows.annotate(size=size),
        COLUMNS,
        search=("title", "framework"),
        row_template="cycles/cycle_row.html",
    )
    context = {"listing": listing, "states": STATES, "shown": shown, "any": known.exists()}
    return listing.response("cycles") or render(request, "cycles/list.html", context)


@require(*RUNNERS)
@require_GET
def cycle(request: Request, cycle_id: UUID) -> HttpResponse:
    """One cycle: where it stands, what to do next, what can be done."""
    found = access.cycle(request.actor, cycle_id)
    ratees = found.participants.filter(withdrawn=False)
    running = found.state == "running"
    context = {
        "cycle": found,
        "job": jobs.open_job(found),
        "framework": next((r for r in references(found.organisation) if r.id == found.framework), None),
        "n_ratees": ratees.count(),
        "progress": progress(found) if found.state not in PREPARING else [],
        "nominations": _nominations(found) if found.state == "nominating" else None,
        "steps": steps(found) if found.state in PREPARING else [],
        "editable": bool(offered(found)),
        "next_step": next_step(found) if found.state in PREPARING else "",
        "actions": actions(found),
        "closed": CLOSED,
        "last_day": last_day(found) if running else None,
        "n_changes": _n_changes(found) if running else 0,
        "mails": dict(found.mailed.values_list("state").annotate(n=Count("pk"))),
    }
    return render(request, "cycles/cycle.html", context)


@dataclass(frozen=True)
class Reached:
    """How many were asked in a relationship, and at which step how many ratees' groups were last night."""

    relationship: str
    asked: int
    few: int
    enough: int
    all: int

    @property
    def is_attributed(self) -> bool:
        """Whether its ratings carry a name, and are in or not."""
        return self.relationship in ATTRIBUTED


def progress(cycle: Cycle) -> list[Reached]:
    """How far the groups of a cycle are."""
    rows = GroupProgress.objects.filter(participant__cycle=cycle, participant__withdrawn=False)
    found = rows.values_list("relationship", "step").annotate(n=Count("pk")).order_by()
    steps = {(name, step): n for name, step, n in found}
    return [
        Reached(name, n, *(steps.get((name, step), 0) for step in (FEW, ENOUGH, ALL)))
        for name, n in _asked(cycle).items()
    ]


def _asked(cycle: Cycle) -> dict[str, int]:
    rows = Assignment.objects.filter(participant__cycle=cycle, participant__withdrawn=False, state="approved")
    found = dict(rows.values_list("relationship").annotate(n=Count("pk")))
    return {name: found[name] for name in _ordered(found)}


def _ordered(names: Mapping[str, object]) -> list[str]:
    known = list(LEAST)
    return sorted(names, key=lambda name: (known.index(name) if name in known else len(known), name))


def _nominations(cycle: Cycle) -> dict[str, int]:
    found = dict(cycle.participants.filter(withdrawn=False).values_list("state").annotate(n=Count("pk")))
    return {name: found.get(name, 0) for name in ("open", "proposed", "approved")}


def _n_changes(cycle: Cycle) -> int:
    return (
        following.left(cycle).count()
        + following.with_another_manager(cycle).count()
        + following.joined(cycle).count()
    )


def actions(cycle: Cycle) -> list[str]:
    """What those who run a cycle can do with it by a button, most likely first."""
    possible = {
        "unschedule": cycle.scheduled and cycle.state in PREPARING,
        "close": True,
        "revise": not cycle.scheduled,
        "cancel": cycle.state != "draft" and not closing.is_held(cycle),
    }
    names = [name for name, is_on in possible.items() if is_on and name in (*allowed(cycle), "unschedule")]
    return [*names, "discard"] if cycle.state == "draft" else names


def _do(actor: Actor, cycle: Cycle, name: str) -> None:
    deeds: dict[str, Callable[[], object]] = {
        "nominate": lambda: nominating.open_nominations(cycle, actor),
        "revise": lambda: move(cycle, "revise", actor),
        "launch": lambda: launching.launch(cycle, actor),
        "schedule": lambda: launching.schedule(cycle, actor),
        "unschedule": lambda: launching.unschedule(cycle, actor),
        "cancel": lambda: closing.cancel(cycle, actor),
        "close": lambda: closing.close(cycle, actor),
        "discard": lambda: planning.discard(actor, cycle),
        "post_again": lambda: posting.again(cycle),
    }
    if name not in deeds:
        raise Http404
    deeds[name]()


@require(*RUNNERS)
@require_POST
def do(request: Request, cycle_id: UUID, name: str) -> HttpResponseBase:
    """Move a cycle on."""
    found = access.cycle(request.actor, cycle_id)
    if name in ("nominate", "launch", "cancel") and found.participants.count() > jobs.AT_ONCE:
        return later(request, found, name, redirect("cycles:cycle", found.pk))
    done = attempt(request, lambda: _do(request.actor, found, name), text("cycles.done"))
    if done and name == "discard":
        return redirect("cycles:list")
    if not done and name in ("nominate", "launch", "schedule") and found.state in PREPARING:
        return redirect("cycles:step", found.pk, "check")
    return redirect("cycles:cycle", found.pk)


@require(*RUNNERS)
@require_http_methods(["GET", "POST"])
def reopen(request: Request, cycle_id: UUID) -> HttpResponseBase:
    """Open a closed cycle again for some days."""
    found = access.cycle(request.actor, cycle_id)
    if found.state != "review":
        raise Http404
    form = forms.Until(request.POST or None, initial={"until": today(found)})
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["until"]
        if attempt(request, lambda: closing.reopen(found, request.actor, until), text("cycles.done")):
            return redirect("cycles:cycle", found.pk)
    return render(request, "cycles/reopen.html", {"cycle": found, "form": form})


@require(*RUNNERS)
@require_GET
def ratees(request: Request, cycle_id: UUID) -> HttpResponse:
    """Ratees with how many rate them, and in how many groups too few or enough had by last night."""
    found = access.cycle(request.actor, cycle_id)
    own = Assignment.objects.filter(participant=OuterRef("pk"), state="approved")
    groups = GroupProgress.objects.filter(participant=OuterRef("pk"))
    rows = found.participants.select_related("manager").annotate(
        n_all=access.number(own, "participant"),
        n_few=access.number(groups.filter(step=FEW), "participant"),
        n_enough=access.number(groups.filter(step__gte=ENOUGH), "participant"),
    )
    beside = ("n_few", "n_enough") if found.state in PREPARING else ("state",)
    columns = [column for column in RATEES if column.sort not in beside]
    listing = Listing(request, rows, columns, search=("name", "team"), row_template="cycles/ratee_row.html")
    context = {"cycle": found, "listing": listing, "preparing": found.state in PREPARING}
    return listing.response("ratees") or render(request, "cycles/ratees.html", context)


@require(*RUNNERS)
@require_GET
def changes(request: Request, cycle_id: UUID) -> HttpResponse:
    """What changed among people since launch."""
    found = access.cycle(request.actor, cycle_id)
    if found.state != "running":
        raise Http404
    context = {
        "cycle": found,
        "left": following.left(found)[:MOST_SHOWN],
        "managers": following.with_another_manager(found)[:MOST_SHOWN],
        "joined": following.joined(found)[:MOST_SHOWN],
        "past": is_past(found),
        "few": MOST_SHOWN,
    }
    return render(request, "cycles/changes.html", context)
