"""Erasing somebody: every app deletes what it holds of them, from the top down, in one transaction.

An app says so in a module ``erasing`` with ``lost`` and ``kept``, which tell in words what goes and what
stays, and ``erase``.

Not covered: the audit keeps what an account with roles did, and keys of ratees; results of sealed cycles
keep the name they were released under; until sealing the scorer's encrypted memory of earlier runs knows how
severe a rater it can no longer name was; backups made before follow the retention they were given; people
from outside are no people here, and go with their cycle.
"""

from __future__ import annotations

from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_tasks import task

from leadline.web.accounts.access import Actor, Request, require
from leadline.web.accounts.audit import record
from leadline.web.cycles.erasing import locked
from leadline.web.cycles.telling import attempt
from leadline.web.look.queue import put
from leadline.web.look.templatetags.look import text
from leadline.web.people import access
from leadline.web.people.models import Person
from leadline.web.project.modules import OURS, modules
from leadline.web.results.sealing import lay_anew


@require(*access.KEEPERS)
@require_http_methods(["GET", "POST"])
def page(request: Request, person_id: UUID) -> HttpResponseBase:
    """What would go and what would stay; then erase."""
    found = access.person(request.actor, person_id)
    said = text("project.erase.done", name=found.name)
    if request.method == "POST" and attempt(request, lambda: erase(request.actor, found), said):
        return redirect("people:list")
    context = {
        "person": found,
        "lost": [line for module in modules("erasing") for line in module.lost(found)],
        "kept": [line for module in modules("erasing") for line in module.kept(found)],
    }
    return render(request, "project/erase.html", context)


def erase(actor: Actor, person: Person) -> None:
    """Erase somebody.

    Raises
    ------
    ErasingError
        ``web.cycles.erased_in_scoring``.
    KeyGoneError
        A key vanished meanwhile.
    """
    with transaction.atomic():
        locked(person)
        record(actor, "people.erased", person)
        for module in reversed(modules("erasing")):
            module.erase(person)
        put(compact)


@task()
def compact() -> None:
    """Leave nothing of what was erased in the files of the database, nor a trace of where it was."""
    ours = (model for model in apps.get_models() if model.__module__.startswith(OURS))
    lay_anew([model._meta.db_table for model in ours])
