"""Pages of frameworks: what good looks like, how versions and profiles differ, the form as raters see it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Request, require
from leadline.web.catalogue.access import KEEPERS, own_frameworks
from leadline.web.catalogue.differences import differences
from leadline.web.catalogue.frameworks import PUBLISHED, everything, load, summaries
from leadline.web.catalogue.models import OwnFramework
from leadline.web.look.templatetags.look import language
from leadline.workflows import Framework, Profile

READERS = ("operator", "analytics", "coach", "analyst")


def _found(request: Request, reference: str, *profiles: str) -> Framework:
    try:
        return load(request.actor.organisation, reference, profiles)
    except LeadlineError as cause:
        raise Http404 from cause


def _profile(request: Request, found: Framework) -> str:
    """The profile asked for, if the framework has it."""
    wanted = request.GET.get("profile", "")
    return wanted if wanted in {profile.id for profile in found.profiles} else ""


@require(*READERS)
@require_GET
def frameworks(request: Request) -> HttpResponse:
    """All frameworks: the organisation's own, and those that come with Leadline."""
    own = own_frameworks(request.actor).select_related("by")
    context = {"summaries": summaries(), "own": own, "keeper": request.actor.has(*KEEPERS)}
    return render(request, "catalogue/list.html", context)


@require(*READERS)
@require_GET
def one(request: Request, reference: str) -> HttpResponse:
    """One framework, with a profile applied if asked for."""
    plain = _found(request, reference)
    profile = _profile(request, plain)
    found = _found(request, reference, *([profile] if profile else []))
    factors = [
        (factor, [(one, found.items_of(one.id)) for one in found.competencies_of(factor.id)])
        for factor in found.factors
    ]
    context = {
        "framework": found,
        "reference": reference,
        "factors": factors,
        "profile": profile,
        "plain": plain,
        "own": next((own for own in _published(request) if own.reference == reference), None),
        "keeper": request.actor.has(*KEEPERS),
    }
    return render(request, "catalogue/framework.html", context)


def _published(request: Request) -> QuerySet[OwnFramework]:
    return own_frameworks(request.actor).filter(state=PUBLISHED)


@require(*READERS)
@require_GET
def compare(request: Request) -> HttpResponse:
    """What differs between two: ``a`` and ``b`` are each ``reference`` or ``reference+profile``."""
    sides = [request.GET.get(side, "") for side in ("a", "b")]
    known = everything(request.actor.organisation)
    choices = [
        (f"{reference}+{profile.id}" if profile else reference, _name(found, profile))
        for reference, found in known.items()
        for profile in (None, *found.profiles)
    ]
    changes = None
    if all(sides):
        both = [_side(request, side) for side in sides]
        changes = differences(*both)
    context = {"choices": choices, "a": sides[0], "b": sides[1], "changes": changes}
    return render(request, "catalogue/compare.html", context)


def _side(request: Request, key: str) -> Framework:
    reference, _, profile = key.partition("+")
    return _found(request, reference, *([profile] if profile else []))


def _name(found: Framework, profile: Profile | None) -> str:
    """A framework with version and profile, in words."""
    plain = f"{found.title[language()]} {found.version}"
    return f"{plain} · {profile.title[language()]}" if profile else plain


@require(*READERS)
@require_GET
def preview(request: Request, reference: str) -> HttpResponse:
    """The form as a rater sees it, competency by competency; nothing can be sent."""
    return form_of(request, _found(request, reference))


def form_of(request: Request, found: Framework) -> HttpResponse:
    """One competency of the form, by ``?competency=``."""
    competencies = [c for c in found.competencies if found.items_of(c.id)]
    if not competencies:
        raise Http404
    keys = [c.id for c in competencies]
    wanted = request.GET.get("competency", "")
    at = keys.index(wanted) if wanted in keys else 0
    context = {
        "framework": found,
        "competency": competencies[at],
        "items": found.items_of(keys[at]),
        "number": at + 1,
        "total": len(keys),
        "before": keys[at - 1] if at else "",
        "after": keys[at + 1] if at + 1 < len(keys) else "",
    }
    return render(request, "catalogue/preview.html", context)
