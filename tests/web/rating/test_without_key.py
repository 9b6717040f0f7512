"""A cycle whose key file is missing: pages say what to do, nothing breaks, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from tests.web.cast import World

from leadline.web.cycles.models import Cycle

Visit = Callable[[str], Client]
SAID = {"en": "its key cannot be read", "zh": "密钥目前无法读取"}


def lost(cycle: Cycle) -> tuple[Path, bytes]:
    path = Path(settings.LEADLINE_DATA) / "keys" / f"{cycle.pk}.key"
    content = path.read_bytes()
    path.unlink()
    return path, content


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_a_form_without_the_key_says_what_to_do_and_opens_once_the_key_is_back(
    world: World, as_visitor: Visit, spoken: str
) -> None:
    world.users["rater"].language = spoken
    world.users["rater"].save()
    own, petra = world.things["rate_begun"], as_visitor("rater")
    path, content = lost(own.participant.cycle)
    address = f"/rate/{own.pk}/form/architecture_judgement/"
    for page in (address, f"/rate/{own.pk}/review/", "/rate/"):
        answer = petra.get(page)
        assert (answer.status_code, SAID[spoken] in answer.content.decode()) == (503, True), page
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
        assert (answer.status_code, SAID["en"] in answer.content.decode()) == (503, True), address
    path.write_bytes(bytes(32))
    assert client.get(addresses[0]).status_code == 503, "another key opens nothing"
    path.write_bytes(content)
    assert all(client.get(address).status_code == 200 for address in addresses)
