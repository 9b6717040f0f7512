"""Frameworks: only those listed, with profiles, compared in words, previewed whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.web.cast import World

from leadline.errors import UsageError
from leadline.web.catalogue.frameworks import framework, references

Visit = Callable[[str], Client]
MAIN = "technical-leadership@1.0.0"


def test_the_built_in_frameworks_may_be_used(world: World) -> None:
    assert {r.id for r in references(world.organisation)} >= {MAIN, "opinion-leader@1.0.0"}


@pytest.mark.parametrize("reference", ["nonsense@1", "../..", "/etc", "technical-leadership", ""])
def test_what_is_not_listed_is_refused_whatever_it_names(world: World, reference: str) -> None:
    with pytest.raises(UsageError):
        framework(world.organisation, reference)


def test_a_profile_changes_the_framework_and_is_loaded_once(world: World) -> None:
    plain, fintech = (framework(world.organisation, MAIN, p) for p in ((), ("fintech",)))
    assert len(fintech.competencies) > len(plain.competencies)
    assert framework(world.organisation, MAIN, ("fintech",)) is fintech


def test_differences_are_told_in_words(as_visitor: Visit) -> None:
    page = as_visitor("analytics").get("/frameworks/compare/", {"a": MAIN, "b": f"{MAIN}+fintech"})
    assert page.context["changes"]
    same = as_visitor("analytics").get("/frameworks/compare/", {"a": MAIN, "b": MAIN})
    assert same.context["changes"] == []


def test_a_profile_that_does_not_exist_is_not_found(as_visitor: Visit) -> None:
    page = as_visitor("analytics").get("/frameworks/compare/", {"a": MAIN, "b": f"{MAIN}+nonsense"})
    assert page.status_code == 404


def test_the_preview_walks_through_every_question_once(as_visitor: Visit, world: World) -> None:
    client, seen, place = as_visitor("analytics"), [], ""
    while True:
        page = client.get(f"/frameworks/{MAIN}/preview/", {"competency": place})
        seen += [item.id for item in page.context["items"]]
        place = page.context["after"]
        if not place:
            break
    assert sorted(seen) == sorted(item.id for item in framework(world.organisation, MAIN).items)
