"""Everything about somebody: nothing of theirs is missing, and nobody else is in it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from tests.web.cast import World

from leadline.web.accounts.models import User
from leadline.web.cycles.models import Assignment, Participant, Stakeholder
from leadline.web.people.models import Person
from leadline.web.project.modules import modules

Visit = Callable[[str], Client]
OWN = {
    "accounts.User": "pk",
    "people.Person": "user",
    "people.PersonChange": "person__user",
    "people.DataRequest": "person__user",
    "people.Notice": "person__user",
    "cycles.Participant": "person__user",
    "cycles.Mailed": "person__user",
    "results.Contest": "participant__person__user",
}
"""How rows lead to an account."""
OPEN = ("password",)
"""A fingerprint."""
ANCHORS = (User, Person, Participant, Assignment, Stakeholder)


def archive(client: Client) -> dict[str, str]:
    response = client.post(reverse("my_archive"))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store, private"
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


@pytest.mark.parametrize(
    "model",
    [m for m in apps.get_models() if m.__module__.startswith("leadline.")],
    ids=lambda m: m._meta.label,
)
def test_every_link_to_somebody_is_told_or_left_out_with_a_reason(model: type[models.Model]) -> None:
    known = {
        f"{module.__name__.split('.')[-2]}.{link}"
        for module in modules("holding")
        for link in (*module.LEFT_OUT, *(one for part in module.PARTS for one in part.links))
    }
    links = {
        f"{model._meta.label}.{field.name}"
        for field in model._meta.concrete_fields
        if field.is_relation and issubclass(field.related_model, ANCHORS)
    }
    assert links <= known


def test_a_ratee_gets_their_own_and_nothing_that_names_who_rated_them(
    world: World, as_visitor: Visit
) -> None:
    found = archive(as_visitor("ratee"))
    everything = "\n".join(found.values())
    assert "ravi@acme.example" in found["people/person.json"]
    assert "In the spring I was on leave" in found["results/contests.json"]
    others = [user.email for name, user in world.users.items() if name != "ratee"]
    others += [one.email for name, one in world.people.items() if name != "ratee"]
    assert [email for email in others if email in everything] == []
    raters = Assignment.objects.filter(participant__person=world.people["ratee"])
    assert not [one for one in raters.exclude(rater=world.people["ratee"]) if str(one.pk) in everything]


def test_drafts_and_sheets_are_told_to_their_author_alone(world: World, as_visitor: Visit) -> None:
    assert "As the only tester" in archive(as_visitor("rater"))["rating/written.json"]
    for other in ("ratee", "manager", "analytics", "operator"):
        assert "As the only tester" not in "\n".join(archive(as_visitor(other)).values())


def test_the_archive_is_limited(as_visitor: Visit) -> None:
    client = as_visitor("member")
    assert [client.post(reverse("my_archive")).status_code for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_open(world: World, as_visitor: Visit, language: str) -> None:
    headers = {"HTTP_ACCEPT_LANGUAGE": language}
    member, keeper = as_visitor("member"), as_visitor("analytics")
    member.post(reverse("people:ask"), {"kind": "correction", "field": "name", "text": "Tom, not Thomas."})
    asked = world.people["member"].data_requests.get()
    pages = (reverse("people:requests"), reverse("people:request", args=[asked.pk]), reverse("retention"))
    assert [keeper.get(page, **headers).status_code for page in pages] == [200] * 3
    assert member.get(reverse("my_data"), **headers).status_code == 200
    assert [member.get(page, **headers).status_code for page in pages] == [404] * 3


def test_every_word_the_database_has_of_somebody_is_in_their_archive(world: World, as_visitor: Visit) -> None:
    """Rows that a part names as theirs, column by column, against what was downloaded."""
    for visitor in ("ratee", "rater", "manager", "member", "analytics"):
        user = world.users[visitor]
        everything = "\n".join(archive(as_visitor(visitor)).values())
        for model, column, value in _words_of(user):
            assert json.dumps(value, ensure_ascii=False)[1:-1] in everything, (visitor, model, column)


def _words_of(user: User) -> Iterator[tuple[str, str, str]]:
    for label, path in OWN.items():
        model = apps.get_model(label)
        for row in model._base_manager.filter(**{path: user.pk}):
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                if (
                    isinstance(field, models.CharField | models.TextField)
                    and value
                    and field.name not in OPEN
                ):
                    yield label, field.name, value
