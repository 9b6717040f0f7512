"""Signing in: by password, by a link that works once, and by invitation."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone
from tests.web.cast import World

from leadline.web.accounts.invite import invite
from leadline.web.accounts.links import link
from leadline.web.accounts.models import Invitation, Membership, User

Outbox = list[EmailMultiAlternatives]


def link_in(mail: EmailMultiAlternatives) -> str:
    found = re.search(r"http://testserver(\S+)", str(mail.body))
    assert found
    return found[1]


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_address_and_password_sign_in_whatever_the_case_of_the_address(world: World) -> None:
    client = Client()
    client.post("/sign-in/", {"login": "Tom@Acme.example", "password": "a long password"})
    assert signed_in(client)


def test_a_wrong_password_and_an_unknown_address_look_the_same(world: World) -> None:
    answers = [
        Client()
        .post("/sign-in/", {"login": email, "password": "wrong password"})
        .content.decode()
        .replace(email, "")
        for email in ("tom@acme.example", "nobody@acme.example")
    ]
    assert (
        len({re.sub(r'(csrfmiddlewaretoken|X-CSRFToken)": ?"[^"]*|value="[^"]*"', "", a) for a in answers})
        == 1
    )


def test_a_link_signs_in_once_and_opens_the_page_asked_for(world: World) -> None:
    address = link(world.users["member"], "/account/").removeprefix("http://testserver")
    client = Client()
    assert client.get(address).status_code == 200
    assert not signed_in(client), "looking at the link must not use it up"
    assert client.post(address).headers["Location"] == "/account/"
    assert signed_in(client)
    assert Client().post(address).status_code == 410


def test_a_link_opens_no_page_of_another_site(world: World) -> None:
    address = link(world.users["member"], "https://evil.example/").removeprefix("http://testserver")
    assert Client().post(address).headers["Location"] == "/"


def test_asking_for_a_link_answers_alike_whether_there_is_an_account(
    world: World, mailoutbox: Outbox
) -> None:
    answers = {
        Client().post("/account/link/", {"email": e}).content.decode().replace(e, "")
        for e in ("tom@acme.example", "nobody@acme.example")
    }
    assert len({re.sub(r'(value|X-CSRFToken)[=:": ]+[^"]*"', "", a) for a in answers}) == 1
    assert [mail.to for mail in mailoutbox] == [["tom@acme.example"]]


def test_an_invitation_makes_an_account_with_its_roles(world: World, mailoutbox: Outbox) -> None:
    invite(world.actor("operator"), "New@acme.example", "Nia New", ["coach"])
    client = Client()
    client.post(link_in(mailoutbox[0]), {"name": "Nia New"})
    member = Membership.objects.get(user__email="new@acme.example")
    assert (member.roles, signed_in(client)) == (["coach"], True)
    assert Client().get(link_in(mailoutbox[0])).status_code == 410


def test_inviting_again_ends_the_link_before(world: World, mailoutbox: Outbox) -> None:
    for _ in range(2):
        invite(world.actor("operator"), "new@acme.example", "Nia New", [])
    assert [Client().get(link_in(mail)).status_code for mail in mailoutbox] == [410, 200]


def test_an_invitation_of_somebody_with_an_account_adds_to_their_roles(
    world: World, mailoutbox: Outbox
) -> None:
    invite(world.actor("operator"), "cora@acme.example", "Cora Chen", ["analyst"])
    Client().post(link_in(mailoutbox[0]), {"name": "Cora Chen"})
    assert Membership.objects.get(user=world.users["coach"]).roles == ["analyst", "coach"]
    assert User.objects.filter(email="cora@acme.example").count() == 1


def test_an_expired_invitation_is_refused(world: World, mailoutbox: Outbox) -> None:
    invite(world.actor("operator"), "new@acme.example", "Nia New", [])
    Invitation.objects.update(expires=timezone.now() - timedelta(minutes=1))
    assert Client().post(link_in(mailoutbox[0]), {"name": "Nia"}).status_code == 410


def test_the_last_operator_cannot_step_down(world: World, as_visitor: Callable[[str], Client]) -> None:
    page = as_visitor("operator").post(
        f"/account/members/{world.users['operator'].pk}/", {"roles": ["coach"]}
    )
    assert "operator" in page.content.decode()
    assert Membership.objects.get(user=world.users["operator"]).roles == ["operator"]


@pytest.mark.parametrize(("language", "said"), [("en", "Choose a new password"), ("zh", "设置新密码")])
def test_a_forgotten_password_is_replaced_by_mail_in_the_users_language(
    world: World, mailoutbox: Outbox, language: str, said: str
) -> None:
    User.objects.filter(pk=world.users["member"].pk).update(language=language)
    client = Client()
    client.post("/password/forgotten/", {"email": "tom@acme.example"})
    assert mailoutbox[0].subject == said
    form = client.get(link_in(mailoutbox[0]), follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "quite another one", "password2": "quite another one"}
    )
    again = Client()
    again.post("/sign-in/", {"login": "tom@acme.example", "password": "quite another one"})
    assert signed_in(again)
