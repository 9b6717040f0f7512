"""First run: one operator, by the code printed at the start, and then never again."""

from __future__ import annotations

import pytest
from django.test import Client

from leadline.web.accounts.models import AuditRecord, Membership, User
from leadline.web.project import setup

GIVEN = {
    "name": "Olga Ortiz",
    "email": "Olga@acme.example",
    "password": "five unrelated words",
    "organisation": "Acme",
    "language": "en",
    "time_zone": "Europe/Berlin",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.FirstRun, "done", False)


def test_every_visitor_is_sent_to_first_run_until_it_is_done() -> None:
    assert Client().get("/people/").headers["Location"] == "/setup/"


def test_without_the_code_nobody_becomes_operator() -> None:
    assert Client().post("/setup/?code=guess", GIVEN).status_code == 403
    assert not User.objects.exists()


def test_the_operator_is_made_signed_in_and_walked_to_mail() -> None:
    client = Client()
    response = client.post(setup.address().removeprefix("http://testserver"), GIVEN)
    assert response.headers["Location"] == "/setup/mail/"
    member = Membership.objects.get()
    assert (member.user.email, member.organisation.name, member.roles) == (
        "olga@acme.example",
        "Acme",
        ["operator", "analytics"],
    )
    assert client.get("/setup/mail/").status_code == 200
    assert AuditRecord.objects.get().action == "project.started"


def test_first_run_is_gone_afterwards() -> None:
    address = setup.address().removeprefix("http://testserver")
    Client().post(address, GIVEN)
    assert Client().get(address).status_code == 404


def test_a_weak_password_is_refused() -> None:
    response = Client().post(
        setup.address().removeprefix("http://testserver"), {**GIVEN, "password": "password"}
    )
    assert response.status_code == 200
    assert not User.objects.exists()
