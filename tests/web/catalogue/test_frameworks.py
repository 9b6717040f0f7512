"""Frameworks: only those listed, with profiles, compared in words, previewed whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.web.cast import World

from leadline.errors import UsageError
from leadline.web.accounts.models import Organisation
from leadline.web.catalogue.frameworks import built, load, references
from leadline.web.catalogue.models import OwnFramework

Visit = Callable[[str], Client]
MAIN = "technical-leadership@1.0.0"


def test_the_built_in_frameworks_may_be_used(world: World) -> None:
    assert {r.id for r in references(world.organisation)} >= {MAIN, "opinion-leader@1.0.0"}


@pytest.mark.parametrize("reference", ["nonsense@1", "../..", "/etc", "technical-leadership", ""])
def test_what_is_not_listed_is_refused_whatever_it_names(world: World, reference: str) -> None:
    with pytest.raises(UsageError):
        load(world.organisation, reference)


def test_a_profile_changes_the_framework_and_is_loaded_once(world: World) -> None:
    plain, fintech = (load(world.organisation, MAIN, p) for p in ((), ("fintech",)))
    assert len(fintech.competencies) > len(plain.competencies)
    assert load(world.organisation, MAIN, ("fintech",)) is fintech


def test_differences_are_told_in_words(as_visitor: Visit) -> None:
    page = as_visitor("analytics").get("/frameworks/compare/", {"a": MAIN, "b": f"{MAIN}+fintech"})
    told = [(one.title, one.what, one.before, one.after) for one in page.context["changes"]]
    assert ("Culture and trust", "weight", "1", "1.25") in told
    assert ("Regulatory readiness", "added", "", "") in told
    assert not [title for title, *_ in told if "_" in title]
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
    assert sorted(seen) == sorted(item.id for item in load(world.organisation, MAIN).items)


def _published(organisation: Organisation) -> OwnFramework:
    own = OwnFramework(
        organisation=organisation,
        name="house-leadership",
        title_en="Ours",
        title_zh="我们的",
        base=MAIN,
        state="published",
    )
    own.hash = built(own).hash
    own.save()
    return own


def test_an_own_framework_is_used_by_its_reference_like_any_other(world: World) -> None:
    own = _published(world.organisation)
    assert references(world.organisation)[0].id == "house-leadership@1.0.0"
    assert load(world.organisation, own.reference).title.zh == "我们的"
    assert load(world.organisation, own.reference, ["fintech"]).applied == ("fintech",)


@pytest.mark.parametrize(
    "reference", ["house-leadership@1", "house-leadership@2.0.0", "house-leadership@01.0.0"]
)
def test_an_own_framework_has_one_reference_only(world: World, reference: str) -> None:
    _published(world.organisation)
    with pytest.raises(UsageError):
        load(world.organisation, reference)


def test_another_organisation_does_not_know_it_nor_anybody_a_draft(world: World) -> None:
    own = _published(world.organisation)
    with pytest.raises(UsageError, match="house-leadership"):
        load(world.other, own.reference)
    OwnFramework.objects.update(state="draft")
    with pytest.raises(UsageError, match="house-leadership"):
        load(world.organisation, own.reference)


def test_one_that_is_no_longer_what_was_published_is_refused(world: World) -> None:
    own = _published(world.organisation)
    OwnFramework.objects.filter(pk=own.pk).update(choices={"weights": {"delegation": 3.0}}, hash="0" * 64)
    with pytest.raises(UsageError, match="no longer the same"):
        load(world.organisation, own.reference)
