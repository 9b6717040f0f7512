"""A cycle whose key file is missing: pages say what to do, nothing breaks, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from tests.web.cast import World

from leadline.web.cycles import keys
from leadline.web.cycles.models import Cycle
from leadline.web.project.logs import nameless

Visit = Callable[[str], Client]
SAID = {"en": "copy {file} from where keys are backed up", "zh": "从密钥备份中找到 {file}"}
OTHER = "the key file on the server is not the one it was encrypted with"


def lost(cycle: Cycle) -> tuple[Path, bytes]:
    path = Path(settings.LEADLINE_DATA) / "keys" / f"{cycle.pk}.key"
    content = path.read_bytes()
    path.unlink()
    return path, content


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_a_form_without_the_key_says_what_to_do_and_opens_once_the_key_is_back(
    world: World, as_visitor: Visit, caplog: pytest.LogCaptureFixture, spoken: str
) -> None:
    world.users["rater"].language = spoken
    world.users["rater"].save()
    own, petra = world.things["rate_begun"], as_visitor("rater")
    path, content = lost(own.participant.cycle)
    title = own.participant.cycle.title
    address = f"/rate/{own.pk}/form/architecture_judgement/"
    for page in (address, f"/rate/{own.pk}/review/", "/rate/"):
        answer = petra.get(page)
        said, told = answer.content.decode(), SAID[spoken].format(file=path.name)
        assert (answer.status_code, told in said, title in said) == (503, True, True), page
    logged = [nameless(line) for line in caplog.messages if title in line]
    assert [path.name[:8] in line for line in logged] == [True] * 3
    assert petra.get("/").status_code == 200
    path.write_bytes(content)
    assert petra.get(address).status_code == 200


def test_results_without_the_key_say_what_to_do(world: World, as_visitor: Visit) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_review"]
    path, content = lost(cycle)
    addresses = [
        f"/results/of/{world.things['result_review'].pk}/",
        *(f"/results/cycles/{cycle.pk}/{page}/" for page in ("overview", "ranking", "comments")),
    ]
    for address in addresses:
        answer = client.get(address)
        told = SAID["en"].format(file=path.name)
        assert (answer.status_code, told in answer.content.decode()) == (503, True), address
    path.write_bytes(bytes(32))
    answer = client.get(addresses[0])
    assert (answer.status_code, OTHER in answer.content.decode()) == (503, True), "another key opens nothing"
    path.write_bytes(content)
    assert all(client.get(address).status_code == 200 for address in addresses)


def test_release_is_not_offered_while_the_key_is_away(world: World, as_visitor: Visit) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_review"]
    address = f"/results/cycles/{cycle.pk}/"
    path, content = lost(cycle)
    page = client.get(address).content.decode()
    assert (f"{address}release/" in page, path.name in page) == (False, True)
    for answer in (client.get(f"{address}release/"), client.post(f"{address}release/", {"managers": "on"})):
        assert (answer.status_code, answer.headers["Location"]) == (302, address)
    path.write_bytes(content)
    assert f"{address}release/" in client.get(address).content.decode()


def test_a_key_that_sealing_destroyed_is_said_to_be_gone_for_good(world: World) -> None:
    cycle = world.things["cycle_review"]
    keys.destroy(cycle)
    assert keys.gone(cycle.pk).code == "web.cycles.key_gone"
    Cycle.objects.filter(pk=cycle.pk).update(state="sealed")
    gone = keys.gone(cycle.pk)
    assert gone.code == "web.cycles.key_destroyed"
    assert cycle.title in gone.describe("en")
    assert "不可恢复" in gone.describe("zh")
