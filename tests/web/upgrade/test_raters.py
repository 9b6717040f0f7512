"""Raters go on where they were: drafts, sheets they take back, a form that was kept, personal links."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.upgrade.conftest import Upgraded
from tests.web.upgrade.crawling import recorded
from tests.web.upgrade.loading import HERE, records
from tests.web.upgrade.reading import of_page

from leadline.web.accounts.models import User
from leadline.web.cycles.models import Assignment
from leadline.web.rating.tasks import Task

RUNNING = next(record["id"] for record in records("cycles.Cycle") if record["state"] == "running")
KEY = bytes.fromhex(json.loads((HERE / "keys.json").read_text(encoding="utf-8"))[RUNNING])
PEOPLE = {record["key"]: record["id"] for record in records("people.Person")}
RATEES = {
    record["name"]: record["id"] for record in records("cycles.Participant") if record["cycle_id"] == RUNNING
}
OUTSIDE = {r["email"]: r["id"] for r in records("cycles.Stakeholder") if r["cycle_id"] == RUNNING}
SUBMITTED = [
    ("petra", "Petra Pahl", "self"),
    ("petra", "Bo Berg", "peer"),
    ("dana", "Mei Martin", "manager"),
    ("kim", "Ravi Rao", "report"),
    ("lee", "Ravi Rao", "report"),
]
"""Of whom a sheet is in, on whom, and as what."""


@dataclass(frozen=True)
class Rater:
    """A rater behind one of the two doors, and the assignment they open."""

    client: Client
    own: Assignment
    token: str = ""

    @classmethod
    def signed_in(cls, key: str, ratee: str) -> Rater:
        client = Client()
        user = User.objects.get(email=f"{key}@northwind.example")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return cls(client, _assignment(rater=PEOPLE[key], participant=RATEES[ratee]))

    def get(self, page: str, **more: str) -> str:
        return self.client.get(self.url(page, **more)).content.decode()

    def post(self, page: str, data: Mapping[str, str] | None = None, **more: str) -> int:
        return self.client.post(self.url(page, **more), dict(data or {})).status_code

    def url(self, page: str, **more: str) -> str:
        link = {"token": self.token} if self.token else {}
        name = f"rating:{'link_' if self.token else ''}{page}"
        return reverse(name, kwargs={**link, "assignment_id": self.own.pk, **more})

    def held(self) -> tuple[dict[str, int | None], dict[str, str]]:
        """Answers by item and comments by section, as the form shows them."""
        answers: dict[str, int | None] = {}
        comments: dict[str, str] = {}
        for section in Task(self.own).sections:
            fields = of_page(self.get("form", competency=section.id), figures=False)["fields"]
            given = {item.id: fields[item.id][0] for item in section.items if item.id in fields}
            answers |= {item: None if value == "none" else int(value) for item, value in given.items()}
            if fields["form-comment"] != [""]:
                (comments[section.id],) = fields["form-comment"]
        return answers, comments


def _assignment(**where: str) -> Assignment:
    return Assignment.objects.select_related("participant__cycle__organisation").get(**where)


def _sheet(rater: str, ratee: str) -> dict[str, Any]:
    """The sheet of a rater as it lay in the release's database."""
    pseudonym = hmac.new(KEY, rater.encode(), hashlib.sha256).hexdigest()
    rows = records("rating.Submission")
    return next(
        row for row in rows if (row["participant_id"], row["pseudonym"]) == (RATEES[ratee], pseudonym)
    )


def _draft(own: Assignment) -> dict[str, Any]:
    return next(row for row in records("rating.Draft") if row["assignment_id"] == str(own.pk))


@pytest.mark.parametrize(("key", "ratee", "relationship"), SUBMITTED)
def test_a_sheet_of_before_can_be_taken_back_changed_and_handed_in_again(
    moved: Upgraded, key: str, ratee: str, relationship: str
) -> None:
    rater, sheet = Rater.signed_in(key, ratee), _sheet(PEOPLE[key], ratee)
    assert sheet["relationship"] == relationship
    assert rater.post("take_back") == 302
    assert rater.held() == (sheet["answers"], sheet["comments"])
    changed, comment = _change(rater, sheet["answers"])
    assert rater.held() == ({**sheet["answers"], **changed}, {**sheet["comments"], **comment})
    assert rater.post("submit") == 302
    rater.own.refresh_from_db()
    assert rater.own.submitted
    assert rater.post("take_back") == 302
    assert rater.held() == ({**sheet["answers"], **changed}, {**sheet["comments"], **comment})


def test_a_draft_of_before_can_be_edited_and_handed_in(moved: Upgraded) -> None:
    rater = Rater.signed_in("petra", "Mei Martin")
    draft = _draft(rater.own)
    assert rater.held() == (draft["answers"], draft["comments"])
    changed, comment = _change(rater, draft["answers"])
    expected = ({**draft["answers"], **changed}, {**draft["comments"], **comment})
    assert rater.held() == expected
    assert rater.post("submit") == 302
    assert rater.post("take_back") == 302
    assert rater.held() == expected


def _change(rater: Rater, answers: Mapping[str, int | None]) -> tuple[dict[str, int | None], dict[str, str]]:
    """Answer the first section anew, and write a comment on it."""
    section = Task(rater.own).sections[0]
    fresh: dict[str, int | None] = {item.id: 1 if answers.get(item.id) != 1 else 2 for item in section.items}
    sent = {item: str(value) for item, value in fresh.items()} | {
        "form-comment": "Changed later.",
        "form-keep": "yes",
    }
    assert rater.post("form", sent, competency=section.id) == 302
    return fresh, {section.id: "Changed later."}


@pytest.mark.parametrize("email", ["c0@customer.example", "c1@customer.example"])
def test_a_personal_link_of_before_opens_what_its_owner_wrote(moved: Upgraded, email: str) -> None:
    own = _assignment(stakeholder=OUTSIDE[email], participant=RATEES["Mei Martin"])
    rater = Rater(Client(), own, _token(email))
    if own.submitted:
        kept = _sheet(OUTSIDE[email], "Mei Martin")
        assert rater.post("take_back") == 302
    else:
        kept = _draft(own)
    assert rater.held() == (kept["answers"], kept["comments"])
    assert rater.post("submit") == 302


def _token(email: str) -> str:
    """The token whose digest the release kept: it stands in the recorded visits."""
    digests = {r["digest"] for r in records("cycles.PersonalLink") if r["stakeholder_id"] == OUTSIDE[email]}
    tokens = {visit.args["token"] for visit, _ in recorded() if "token" in visit.args}
    return next(token for token in tokens if hashlib.sha256(token.encode()).hexdigest() in digests)


def test_a_form_that_was_kept_can_be_sent_again(moved: Upgraded) -> None:
    (kept,) = records("accounts.Kept")
    rater = Rater.signed_in("petra", "Mei Martin")
    before, _ = rater.held()
    page = rater.client.get(reverse("accounts:kept", kwargs={"kept_id": kept["id"]}))
    fields = of_page(page.content.decode(), figures=False)["fields"]
    sent = {name: values[0] for name, values in fields.items()} | {"form-keep": "yes"}
    assert rater.client.post(kept["path"], sent).status_code == 302
    answers, comments = rater.held()
    given = {name: value for name, value in kept["fields"] if not name.startswith("form-")}
    assert answers == before | {item: int(value) for item, value in given.items()}
    assert dict(kept["fields"])["form-comment"] in comments.values()
    again = rater.client.get(reverse("accounts:kept", kwargs={"kept_id": kept["id"]}))
    assert again.status_code == 302, "it is gone once it was sent"


@pytest.mark.parametrize(("key", "ratee"), [("linghua", "Petra Pahl"), ("nils", "Ravi Rao")])
def test_a_rater_taken_off_before_stays_off(moved: Upgraded, key: str, ratee: str) -> None:
    rater = Rater.signed_in(key, ratee)
    assert rater.own.state == "removed"
    assert rater.client.get(rater.url("begin")).status_code == 404
    assert rater.post("submit") == 404
    queue = rater.client.get(reverse("rating:queue")).content.decode()
    assert str(rater.own.pk) not in queue
