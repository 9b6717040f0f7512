"""Own frameworks as pages: what is typed is kept, what is published stays, faults are told."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from tests.web.cast import World

from leadline.errors import LeadlineError
from leadline.frameworks import Text
from leadline.web.accounts.models import AuditRecord
from leadline.web.catalogue.editing import choose, next_version, publish, start
from leadline.web.catalogue.forms import Choosing
from leadline.web.catalogue.frameworks import built, load
from leadline.web.catalogue.models import OwnFramework

Visit = Callable[[str], Client]
MAIN = "technical-leadership@1.0.0"


def _filled(own: OwnFramework, **changes: object) -> dict[str, object]:
    """The page's form as it stands, with changes."""
    form = Choosing(load(own.organisation, own.base), built(own))
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in {**values, **changes}.items() if value is not False}


def test_an_organisation_makes_its_own_from_start_to_publication(world: World, as_visitor: Visit) -> None:
    client = as_visitor("analytics")
    client.post("/frameworks/own/new/", {"base": MAIN, "title_en": "House rules", "title_zh": "本司准则"})
    own = OwnFramework.objects.get(name="house-rules")
    address = f"/frameworks/own/{own.pk}/"
    client.post(address, _filled(own, keep_hiring=False, weight_feedback="2", expectation_feedback="80"))
    client.post(
        f"{address}words/feedback/",
        {"competencies.feedback.title.en": "Plain speaking", "competencies.feedback.title.zh": "直言"},
    )
    assert "Plain speaking" in client.get(f"{address}preview/?competency=feedback").content.decode()
    assert "Plain speaking" in client.get(f"{address}changes/").content.decode()
    client.post(f"{address}publish/")
    framework = load(world.organisation, "house-rules@1.0.0")
    assert framework.competency("feedback").title == Text("Plain speaking", "直言")
    assert (framework.competency("feedback").weight, framework.competency("feedback").expectation) == (2, 80)
    assert "hiring" not in {c.id for c in framework.competencies}
    actions = AuditRecord.objects.filter(kind="ownframework", subject=own.pk).values_list("action", flat=True)
    assert set(actions) == {"catalogue.started", "catalogue.edited", "catalogue.published"}


def test_a_page_saved_unchanged_changes_nothing(world: World, as_visitor: Visit) -> None:
    own = world.things["draft_framework"]
    before = built(own)
    as_visitor("analytics").post(f"/frameworks/own/{own.pk}/", _filled(own))
    own.refresh_from_db()
    assert built(own) == before


def test_what_is_no_number_is_told_at_its_field_and_nothing_typed_is_lost(
    world: World, as_visitor: Visit
) -> None:
    own = world.things["draft_framework"]
    data = _filled(own, weight_feedback="heavy", title_en="Kept title")
    page = as_visitor("analytics").post(f"/frameworks/own/{own.pk}/", data).content.decode()
    assert 'value="heavy"' in page
    assert 'value="Kept title"' in page


def test_a_draft_with_faults_says_which_and_is_not_published(world: World, as_visitor: Visit) -> None:
    own, client = world.things["faulty_framework"], as_visitor("analytics")
    page = client.get(f"/frameworks/own/{own.pk}/").content.decode()
    assert "They must sum to 1." in page
    assert (
        "因子权重"
        in client.get(f"/frameworks/own/{own.pk}/", headers={"accept-language": "zh"}).content.decode()
    )
    client.post(f"/frameworks/own/{own.pk}/publish/")
    own.refresh_from_db()
    assert own.state == "draft"


def test_a_draft_without_any_competency_is_told_so(world: World, as_visitor: Visit) -> None:
    actor = world.actor("analytics")
    own = start(actor, MAIN, Text("Empty", "空"))
    choose(actor, own, own.title, {"competencies": []})
    page = as_visitor("analytics").get(f"/frameworks/own/{own.pk}/")
    assert page.status_code == 200
    assert page.context["faults"]


def test_a_published_version_is_never_changed(world: World) -> None:
    own, actor = world.things["own_framework"], world.actor("analytics")
    with pytest.raises(LeadlineError, match="never changes"):
        choose(actor, own, Text("Other", "其他"), {})
    with pytest.raises(LeadlineError, match="never changes"):
        publish(actor, own)


def test_the_next_version_starts_where_the_last_ended_and_there_is_one_draft_of_it(world: World) -> None:
    own, actor = world.things["own_framework"], world.actor("analytics")
    assert next_version(actor, own) == next_version(actor, own) == world.things["draft_framework"]
    assert world.things["draft_framework"].reference == "our-leadership@2.0.0"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Our leadership", "our-leadership-2"),
        ("Technical Leadership", "technical-leadership-2"),
        ("2030 goals", "own-2030-goals"),
        ("我们", "own"),
    ],
)
def test_its_name_is_made_from_the_title_and_is_nobody_elses(world: World, title: str, name: str) -> None:
    assert start(world.actor("analytics"), MAIN, Text(title, "名称")).name == name


def test_an_emptied_text_takes_the_wording_of_the_base_again(world: World, as_visitor: Visit) -> None:
    own, client = world.things["draft_framework"], as_visitor("analytics")
    address = f"/frameworks/own/{own.pk}/words/market_sense/"
    assert "Sense of the market" in client.get(address).content.decode()
    client.post(address, {})
    own.refresh_from_db()
    assert own.choices["wording"] == {}
    assert built(own).competency("market_sense").title.en == "Market sense"


def test_every_field_of_the_wording_page_is_named_for_a_screen_reader(
    world: World, as_visitor: Visit
) -> None:
    own = world.things["draft_framework"]
    page = as_visitor("analytics").get(f"/frameworks/own/{own.pk}/words/market_sense/").content.decode()
    assert all("aria-label" in field for field in re.findall(r"<textarea[^>]*>", page))
