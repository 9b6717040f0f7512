"""Hand edits follow the rules of an import, leave a history, and find nobody of another organisation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.web.cast import World

from leadline.web.accounts.models import AuditRecord
from leadline.web.look.templatetags.look import readable
from leadline.web.people.access import present
from leadline.web.people.joining import ensure_account
from leadline.web.people.models import Person

Visit = Callable[[str], Client]
FORM = {"name": "Tom Tanaka", "email": "tom@acme.example", "team": "Platform", "manager": "dana"}


def test_an_edit_is_saved_with_its_history(world: World, as_visitor: Visit) -> None:
    tom = world.people["member"]
    as_visitor("analytics").post(
        f"/people/{tom.pk}/edit/", {**FORM, "team": "Skunkworks", "manager": "Mei Martin"}
    )
    tom.refresh_from_db()
    assert (tom.team and tom.team.name, tom.manager) == ("Skunkworks", world.people["manager"])
    assert set(tom.history.values_list("field", "after")) == {("team", "Skunkworks"), ("manager", "mei")}
    assert AuditRecord.objects.filter(action="people.edited", subject=str(tom.pk)).exists()


def test_emptying_a_field_empties_it(world: World, as_visitor: Visit) -> None:
    tom = world.people["member"]
    as_visitor("analytics").post(f"/people/{tom.pk}/edit/", {**FORM, "team": "", "manager": ""})
    tom.refresh_from_db()
    assert (tom.team, tom.manager) == (None, None)


def test_an_edit_that_makes_a_circle_is_refused_at_its_field(world: World, as_visitor: Visit) -> None:
    dana = world.people["dana"]
    page = as_visitor("analytics").post(f"/people/{dana.pk}/edit/", {"name": "Dana Diaz", "manager": "ravi"})
    assert "leads back to this person" in page.content.decode()
    dana.refresh_from_db()
    assert dana.manager is None


def test_somebody_is_added_once(world: World, as_visitor: Visit) -> None:
    client = as_visitor("operator")
    client.post("/people/add/", {"person": "zed", "name": "Zed Zimmer", "email": "zed@acme.example"})
    assert Person.objects.get(organisation=world.organisation, key="zed").name == "Zed Zimmer"
    page = client.post("/people/add/", {"person": "zed", "name": "Zed Again"})
    assert "belongs to somebody" in page.content.decode()


def test_a_leaver_may_no_longer_be_named_as_rater(world: World, as_visitor: Visit) -> None:
    tom = world.people["member"]
    as_visitor("analytics").post(f"/people/{tom.pk}/leave/", {"left": "2020-01-31"})
    assert tom not in present(world.actor("analytics"))
    assert "Tom Tanaka" not in as_visitor("analytics").get("/people/").content.decode()
    assert "Tom Tanaka" in as_visitor("analytics").get("/people/?show=left").content.decode()


def test_the_list_is_searched_sorted_and_exported(world: World, as_visitor: Visit) -> None:
    client = as_visitor("analytics")
    assert next(iter(client.get("/people/?q=payments&sort=-name").context["listing"].rows)).key == "ravi"
    Person.objects.filter(key="tom").update(name="=HYPERLINK(1)")
    exported = client.get("/people/?q=tom&export=csv").content.decode("utf-8-sig")
    assert exported.splitlines()[0] == "Name,Key,E-mail,Team,Manager,Role"
    assert "'=HYPERLINK(1)" in exported


def test_a_role_imported_as_an_identifier_is_shown_in_words_and_kept_as_imported(
    world: World, as_visitor: Visit
) -> None:
    tom = world.people["member"]
    Person.objects.filter(pk=tom.pk).update(role="head_of_engineering")
    client = as_visitor("analytics")
    for page in (f"/people/{tom.pk}/", "/people/?q=head_of_eng"):
        shown = client.get(page).content.decode()
        assert "Head of engineering" in shown
        assert ">head_of_engineering<" not in shown
    assert ",head_of_engineering" in client.get("/people/?q=tom&export=csv").content.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("imported", "shown"),
    [
        ("head_of_engineering", "Head of engineering"),
        ("tech-lead", "Tech lead"),
        ("cto", "cto"),
        ("Head_of_Engineering", "Head_of_Engineering"),
        ("VP Engineering, e-commerce", "VP Engineering, e-commerce"),
        ("技术_总监", "技术_总监"),
        ("", ""),
    ],
)
def test_only_an_identifier_is_put_into_words(imported: str, shown: str) -> None:
    assert readable(imported) == shown


def test_an_account_is_made_from_the_address_once(world: World) -> None:
    bo = world.people["bo"]
    assert ensure_account(bo) == ensure_account(bo)
    assert (bo.user and bo.user.email, bo.user and bo.user.has_usable_password()) == (
        "bo@acme.example",
        False,
    )


def test_a_last_day_before_the_first_is_refused_by_hand_as_in_a_file(
    world: World, as_visitor: Callable[[str], Client]
) -> None:
    tom = Person.objects.get(organisation=world.organisation, key="tom")
    tom.started = date(2021, 1, 1)
    tom.save()
    page = as_visitor("analytics").post(f"/people/{tom.pk}/leave/", {"left": "2020-12-31"})
    assert "The last day, 2020-12-31, is before the first day, 2021-01-01." in page.content.decode()
    tom.refresh_from_db()
    assert tom.left is None
