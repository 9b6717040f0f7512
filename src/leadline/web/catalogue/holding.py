"""What is kept of whoever made a framework: that they did."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.web.accounts.access import Actor
from leadline.web.catalogue.models import OwnFramework
from leadline.web.look.holding import Part, Rows


def _frameworks(actor: Actor) -> Rows:
    for one in OwnFramework.objects.filter(by=actor.user).order_by("changed"):
        yield {
            "framework": one.reference,
            "title_en": one.title_en,
            "title_zh": one.title_zh,
            "state": one.state,
            "published": one.published,
            "changed": one.changed,
        }


PARTS = (Part("frameworks", _frameworks, ("OwnFramework.by",)),)
LEFT_OUT: Mapping[str, str] = {
    "OwnFramework.choices": "the framework itself, which belongs to the organisation",
    "OwnFramework.base": "the same",
    "OwnFramework.hash": "the same",
}
