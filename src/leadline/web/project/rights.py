"""The page of one's own data: what is kept, for how long, all of it to download; corrections and erasure."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Actor, Request, require
from leadline.web.accounts.audit import record
from leadline.web.look.templatetags.look import text
from leadline.web.people import access
from leadline.web.people.asking import FIELDS, own
from leadline.web.project.archive import parts, stream
from leadline.web.project.retention import days_of, periods


@require()
@require_GET
def page(request: Request) -> HttpResponse:
    """What one may do about one's data, and what one has asked."""
    actor = request.actor
    days = days_of(actor.organisation)
    context = {
        "person": access.own(actor),
        "titles": [text(f"{app}.held.{part.name}") for app, part in parts()],
        "periods": [(text(f"{app}.forgetting.{one.name}"), days[one.name]) for app, one in periods()],
        "fields": FIELDS,
        "requests": own(actor),
    }
    return render(request, "project/my_data.html", context)


@require()
@require_POST
def archive(request: Request) -> HttpResponseBase:
    """Everything about the actor, as one archive that is made while it is sent."""
    if not ratelimit.consume(request, action="archive"):
        refused: HttpResponse = ratelimit.respond_429(request)
        return refused
    record(request.actor, "project.archived", request.actor.user)
    response = StreamingHttpResponse(
        stream(request.actor, _readme(request.actor)), content_type="application/zip"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="leadline-my-data.zip"'
    return response


def _readme(actor: Actor) -> str:
    """What is in it and what is not, in the reader's language, which is known as long as the page is made."""
    day = formats.date_format(timezone.localdate())
    lines = [text("project.my_data.readme", name=str(actor.user), day=day), ""]
    lines += [f"{app}/{part.name}: {text(f'{app}.held.{part.name}')}" for app, part in parts()]
    return "\n".join([*lines, "", text("project.my_data.without"), ""])
