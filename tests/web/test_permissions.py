"""Every address and every kind of visitor."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.web.cast import VISITORS, World
from tests.web.table import Address, addresses, names


def test_every_address_is_in_the_table() -> None:
    assert names() - {address.name for address in addresses()} == set()


def test_every_row_of_the_table_is_an_address() -> None:
    assert {address.name for address in addresses()} - names() == set()


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("address", addresses(), ids=str)
def test_each_visitor_gets_what_the_table_says(
    address: Address, visitor: str, world: World, as_visitor: Callable[[str], Client]
) -> None:
    response = as_visitor(visitor).generic(
        address.method,
        address.url(world),
        data="&".join(f"{name}={value}" for name, value in address.data.items()),
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == address.expected(visitor)
