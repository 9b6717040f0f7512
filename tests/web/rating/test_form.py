"""The form as a server answers it: saving, other devices, languages, warnings, both doors."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from tests.web import sheets
from tests.web.cast import World
from tests.web.sheets import drafted

from leadline.web.cycles.models import Assignment, Cycle
from leadline.web.rating.drafts import Written
from leadline.web.rating.models import Draft, Submission

Visit = Callable[[str], Client]
ONE, TWO = "architecture_judgement_1", "architecture_judgement_2"
HTMX = {"HX-Request": "true"}


def address(world: World, page: str = "", one: str = "rate_new") -> str:
    return f"/rate/{world.things[one].pk}/{page}"


def form(world: World, competency: str = "architecture_judgement", one: str = "rate_new") -> str:
    return address(world, f"form/{competency}/", one)


def state(text: str) -> dict[str, str]:
    """The hidden fields of a page of the form."""
    return dict(re.findall(r'name="(form-(?:revision|page|count|since))" value="([^"]*)"', text))


def draft(world: World, one: str = "rate_new") -> Written:
    return drafted(world.things[one])


@pytest.fixture
def petra(as_visitor: Visit) -> Client:
    return as_visitor("rater")


def test_the_queue_says_how_far_each_is_and_whether_one_is_anonymous(petra: Client) -> None:
    page = petra.get("/rate/").content.decode()
    for said in (
        "3 of 44 answered",
        "not begun",
        "submitted",
        "anonymous",
        "with your name",
        "by 30 Oct 2100",
    ):
        assert said in page


def test_what_is_anonymous_and_what_is_not_is_said_before_the_first_question(
    world: World, as_visitor: Visit
) -> None:
    peer = as_visitor("rater").get(address(world)).content.decode()
    assert "Your answers are anonymous" in peer
    assert "from 3 answers on" in peer
    own = as_visitor("rater").get(address(world, one="rate_self")).content.decode()
    boss = as_visitor("manager").get(address(world, one="rate_as_manager")).content.decode()
    for page in (own, boss):
        assert "Your answers carry your name" in page


def test_the_button_saves_and_leads_to_the_next_topic(world: World, petra: Client) -> None:
    page = petra.get(form(world)).content.decode()
    given = {**state(page), ONE: "4", TWO: "none", "form-comment": " Clear. ", "form-to": "delivery"}
    assert petra.post(form(world), given).headers["Location"] == form(world, "delivery")
    saved = draft(world)
    assert (saved.answers, saved.comments) == ({ONE: 4, TWO: None}, {"architecture_judgement": "Clear."})
    again = petra.get(form(world)).content.decode()
    assert re.search(rf'name="{ONE}" value="4" checked', again)
    assert re.search(rf'name="{TWO}" value="none" checked', again)


def test_what_is_not_on_the_scale_is_not_kept(world: World, petra: Client) -> None:
    petra.post(form(world), {ONE: "9", TWO: "3; DROP", "delivery_1": "3", "form-comment": "x"})
    assert draft(world).answers == {}


def test_saving_in_the_background_says_so_and_what_is_left(world: World, petra: Client) -> None:
    page = petra.get(form(world)).content.decode()
    answer = petra.post(f"{form(world)}save/", {**state(page), ONE: "4"}, headers=HTMX).content.decode()
    assert "Saved" in answer
    assert "1 of 44 questions answered" in answer
    assert state(answer)["form-revision"] == "1"


def test_an_older_device_does_not_overwrite_a_newer_one(world: World, petra: Client) -> None:
    phone, laptop = (state(petra.get(form(world)).content.decode()) for _ in range(2))
    petra.post(f"{form(world)}save/", {**laptop, ONE: "5"}, headers=HTMX)
    late = petra.post(f"{form(world)}save/", {**phone, ONE: "1"}, headers=HTMX)
    assert late.status_code == 409
    assert "saved elsewhere" in late.content.decode()
    assert draft(world).answers == {ONE: 5}


def test_without_javascript_the_rater_decides_and_loses_nothing(world: World, petra: Client) -> None:
    phone, laptop = (state(petra.get(form(world)).content.decode()) for _ in range(2))
    petra.post(form(world), {**laptop, ONE: "5"})
    late = petra.post(form(world), {**phone, ONE: "1", "form-comment": "From the phone"})
    text = late.content.decode()
    assert late.status_code == 409
    assert "From the phone" in text
    assert re.search(rf'name="{ONE}" value="1" checked', text)
    petra.post(form(world), {**state(text), ONE: "1", "form-comment": "From the phone", "form-keep": "yes"})
    assert draft(world).answers == {ONE: 1}


def test_two_devices_on_different_topics_are_no_conflict(world: World, petra: Client) -> None:
    phone = state(petra.get(form(world)).content.decode())
    laptop = state(petra.get(form(world, "delivery")).content.decode())
    petra.post(form(world, "delivery"), {**laptop, "delivery_1": "5"})
    assert petra.post(form(world), {**phone, ONE: "2"}).status_code == 302
    assert draft(world).answers == {ONE: 2, "delivery_1": 5}


def test_an_answer_that_got_lost_on_the_way_back_is_no_conflict(world: World, petra: Client) -> None:
    page = state(petra.get(form(world)).content.decode())
    petra.post(f"{form(world)}save/", {**page, ONE: "2", "form-count": "1"}, headers=HTMX)
    again = petra.post(f"{form(world)}save/", {**page, ONE: "3", "form-count": "2"}, headers=HTMX)
    assert again.status_code == 200
    assert draft(world).answers == {ONE: 3}


def test_what_the_network_delivers_late_is_dropped(world: World, petra: Client) -> None:
    page = state(petra.get(form(world)).content.decode())
    for count, rating in (("2", "5"), ("1", "1")):
        petra.post(f"{form(world)}save/", {**page, ONE: rating, "form-count": count}, headers=HTMX)
    assert draft(world).answers == {ONE: 5}


def test_the_language_changes_in_the_middle_and_nothing_is_lost(world: World, petra: Client) -> None:
    page = petra.get(form(world)).content.decode()
    petra.post(form(world), {**state(page), ONE: "4", "form-comment": "Half a sen", "form-language": "zh"})
    after = petra.get(form(world)).content.decode()
    assert '<html lang="zh-Hans"' in after
    assert "架构判断力" in after
    assert "Half a sen" in after
    assert re.search(rf'name="{ONE}" value="4" checked', after)


def test_a_revealing_comment_is_saved_and_warned_about_once(world: World, petra: Client) -> None:
    page = petra.get(form(world)).content.decode()
    comment = {"form-comment": "As the only tester I see it.", "form-to": "delivery"}
    first = petra.post(form(world), {**state(page), **comment})
    assert first.headers["Location"].startswith(form(world) + "#")
    warned = petra.get(form(world)).content.decode()
    assert "describes only one person" in warned
    again = petra.post(form(world), {**state(warned), **comment, "form-warned": "only"})
    assert again.headers["Location"] == form(world, "delivery")


def test_whose_answers_carry_their_name_is_not_warned(world: World, as_visitor: Visit) -> None:
    sent = {"form-comment": "As the only tester I see it."}
    where = form(world, one="rate_as_manager")
    answer = as_visitor("manager").post(f"{where}save/", sent, headers=HTMX).content.decode()
    assert "only one person" not in answer


def test_a_warning_in_the_background_quotes_the_passage_harmlessly(world: World, petra: Client) -> None:
    sent = {"form-comment": "<b>told me</b> As the only <script> I see it."}
    answer = petra.post(f"{form(world)}save/", sent, headers=HTMX).content.decode()
    assert "told me" in answer
    assert "<script" not in answer


def test_hints_are_shown_to_the_rater_and_stored_nowhere(world: World, petra: Client) -> None:
    items = dict.fromkeys(
        (
            ONE,
            TWO,
            *(f"{name}_{n}" for name in ("delivery", "hiring", "feedback", "culture") for n in (1, 2)),
        ),
        3,
    )
    sheets.draft(world.things["rate_new"], answers=items, seconds=5)
    page = petra.get(address(world, "review/")).content.decode()
    for said in ("same level", "quicker than one can read", "still open", "Nobody else sees these hints"):
        assert said in page
    petra.post(address(world, "submit/"))
    kept = Submission.objects.filter(cycle=world.things["rate_new"].participant.cycle)
    assert not any("hint" in str(one) or "seconds" in str(one) for one in sheets.sheets(kept))


def test_nothing_is_submitted_without_an_answer(world: World, petra: Client) -> None:
    sheets.draft(world.things["rate_new"], comments={"delivery": "Fine"})
    petra.post(address(world, "submit/"))
    assert "There is no answer yet" in petra.get(address(world, "review/")).content.decode()
    assert not Assignment.objects.get(pk=world.things["rate_new"].pk).submitted


def test_the_receipt_has_no_time_and_nothing_that_names_the_submission(world: World, petra: Client) -> None:
    petra.post(form(world), {ONE: "4"})
    assert petra.post(address(world, "submit/")).headers["Location"] == address(world, "receipt/")
    page = petra.get(address(world, "receipt/")).content.decode()
    content = page[page.index("<main") : page.index("</main>")]
    assert "Submitted" in content
    assert not re.search(r"\d{1,2}:\d{2}", content)
    assert not any(str(row.pk) in page for row in Submission.objects.all())
    assert not any(one.pseudonym in page for one in sheets.sheets())


def test_submitted_answers_are_taken_back_changed_and_submitted_again(world: World, petra: Client) -> None:
    petra.post(form(world), {ONE: "4", "form-comment": "First"})
    petra.post(address(world, "submit/"))
    assert petra.get(form(world)).status_code == 302, "closed while it is in"
    petra.post(address(world, "take-back/"))
    page = petra.get(form(world)).content.decode()
    assert "First" in page
    petra.post(form(world), {**state(page), ONE: "2", "form-comment": "Second"})
    petra.post(address(world, "submit/"))
    own = [one for one in sheets.sheets() if one.comments == {"architecture_judgement": "Second"}]
    assert [one.answers for one in own] == [{ONE: 2}]


def test_a_save_after_submitting_elsewhere_is_refused_and_told(world: World, petra: Client) -> None:
    page = state(petra.get(form(world)).content.decode())
    petra.post(form(world), {**page, ONE: "4"})
    petra.post(address(world, "submit/"))
    assert petra.post(f"{form(world)}save/", {**page, ONE: "5"}, headers=HTMX).status_code == 410
    assert not Draft.objects.filter(assignment=world.things["rate_new"]).exists()


def test_after_the_last_day_nothing_changes(world: World, petra: Client) -> None:
    petra.post(form(world), {ONE: "4"})
    Cycle.objects.filter(pk=world.things["rate_new"].participant.cycle_id).update(closes="2020-01-01")
    petra.post(form(world), {ONE: "1"})
    petra.post(address(world, "submit/"))
    assert draft(world).answers == {ONE: 4}


def test_the_signed_out_are_told_in_the_background_and_nothing_redirects_the_answer(world: World) -> None:
    assert Client().post(f"{form(world)}save/", {ONE: "4"}, headers=HTMX).status_code == 401


def test_a_personal_link_leads_through_the_same_form(world: World) -> None:
    client, base = Client(), "/rate/link/rating-link/"
    one = f"{base}{world.things['rate_by_link'].pk}/"
    assert one in client.get(base).content.decode()
    assert "Your answers are anonymous" in client.get(one).content.decode()
    page = client.get(f"{one}form/architecture_judgement/").content.decode()
    assert "/rate/link/rating-link/" in page
    assert not re.search(r'(?:action|href|hx-post)="/rate/[0-9a-f]{8}-', page)
    where = client.post(f"{one}form/architecture_judgement/", {**state(page), ONE: "3", "form-to": "review"})
    assert where.headers["Location"] == f"{one}review/"
    assert client.post(f"{one}submit/").headers["Location"] == f"{one}receipt/"
    assert client.post(f"{one}take-back/").headers["Location"] == f"{one}review/"


def test_somebody_from_outside_is_spoken_to_in_their_language_until_they_choose(world: World) -> None:
    stakeholder = world.things["rate_by_link"].stakeholder
    stakeholder.language = "zh"
    stakeholder.save()
    client = Client()
    assert "评分" in client.get("/rate/link/rating-link/").content.decode()
    client.post("/language/", {"language": "en", "next": "/rate/link/rating-link/"})
    assert "To do" in client.get("/rate/link/rating-link/").content.decode()


def test_an_expired_link_says_what_to_do(world: World) -> None:
    answer = Client().get("/rate/link/rating-link-expired/")
    assert answer.status_code == 410
    assert "Open the link in the latest mail" in answer.content.decode()


def test_no_page_of_a_rater_is_kept_by_a_browser_or_a_proxy(world: World, petra: Client) -> None:
    for page in ("/rate/", address(world), form(world)):
        assert "no-store" in petra.get(page).headers["Cache-Control"]
