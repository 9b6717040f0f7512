"""An account that belongs to no organisation any more is told so, and can sign out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.web.cast import World

from leadline.web.accounts.models import Membership, User

Visit = Callable[[str], Client]


@pytest.mark.parametrize(("language", "said"), [("en", "no longer belong"), ("zh", "目前不属于任何组织")])
@pytest.mark.parametrize("page", ["/", "/rate/", "/results/", "/account/", "/cycles/mine/"])
def test_every_page_says_so_and_offers_to_sign_out(
    world: World, as_visitor: Visit, page: str, language: str, said: str
) -> None:
    client = as_visitor("member")
    Membership.objects.filter(user=world.users["member"]).delete()
    client.post("/language/", {"language": language})
    answer = client.get(page)
    told = answer.content.decode()
    assert (answer.status_code, said in told, "tom@acme.example" in told) == (404, True, True)
    assert 'action="/sign-out/"' in told
    client.post("/sign-out/")
    assert "_auth_user_id" not in client.session


def test_what_it_says_is_the_same_whether_the_page_exists(world: World, as_visitor: Visit) -> None:
    client = as_visitor("member")
    Membership.objects.all().delete()
    assert client.get(f"/cycles/{world.things['cycle_running'].pk}/").status_code == 404
    assert "Acme" not in client.get("/").content.decode().replace("acme.example", "")
    assert User.objects.filter(pk=world.users["member"].pk).exists()
