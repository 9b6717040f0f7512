"""Every address and every kind of visitor."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from tests.web.cast import VISITORS, World
from tests.web.table import Address, addresses, names


def test_every_address_is_in_the_table() -> None:
    assert names() - {address.name for address in addresses()} == set()


def test_every_row_of_the_table_is_an_address() -> None:
    assert {address.name for address in addresses()} - names() == set()


@pytest.mark.parametrize("address", addresses(), ids=str)
def test_each_visitor_gets_what_the_table_says(
    address: Address, world: World, as_visitor: Callable[[str], Client]
) -> None:
    got = {visitor: _status(address, world, as_visitor(visitor)) for visitor in VISITORS}
    assert got == {visitor: address.expected(visitor) for visitor in VISITORS}


def _status(address: Address, world: World, client: Client) -> int:
    """What a client gets; whatever it changed is undone, so that each visitor finds the same world."""
    with transaction.atomic():
        response = client.generic(
            address.method,
            address.url(world),
            data=urlencode(address.data),
            content_type="application/x-www-form-urlencoded",
        )
        transaction.set_rollback(True)
    return response.status_code
