"""Addresses that keep their identity across imports, and the history of what an import changes in them."""

import json

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts
from customer_gql.core.ids import encode_id
from support.adobe_shop import ANN, HOME, Shop, sheet

ONE = HOME | {"_entity_id": "1"}
TWO = HOME | {"_entity_id": "2", "street": "9 Low Road", "_address_default_billing_": "0"}
BOOK = "SELECT id, street[1], city, is_default_billing FROM address ORDER BY id"


async def test_an_address_with_other_content_is_the_same_address(shop: Shop):
    await shop.load(sheet(ANN), sheet(ONE, TWO))
    before = await shop.rows(BOOK)
    moved = ONE | {"street": "5 New Street", "city": "Leeds"}
    summary = await shop.load(None, sheet(moved, TWO))
    assert summary.addresses == Counts(read=2, valid=2, updated=1, unchanged=1)
    assert await shop.rows(BOOK) == [(before[0][0], "5 New Street", "Leeds", True), before[1]]
    [(customer_id,)] = await shop.rows("SELECT id FROM customer")
    name = encode_id("adr", customer_id, before[0][0])
    [(version, changes)] = await shop.rows("SELECT version, changes FROM customer_event WHERE kind = 'IMPORTED'")
    assert (version, json.loads(changes)) == (
        2,
        {f"{name}.street": [["1 High Street"], ["5 New Street"]], f"{name}.city": ["York", "Leeds"]},
    )
    again = await shop.load(None, sheet(moved, TWO))
    assert again.addresses == Counts(read=2, valid=2, unchanged=2)
    assert await shop.rows("SELECT version FROM customer") == [(2,)]


async def test_an_edit_in_the_shop_does_not_make_another_address(shop: Shop):
    await shop.load(sheet(ANN), sheet(ONE))
    await shop.connection.execute("UPDATE address SET street = '{3 Own Street}'")
    summary = await shop.load(None, sheet(ONE))
    assert summary.addresses == Counts(read=1, valid=1, updated=1)
    assert [row[1] for row in await shop.rows(BOOK)] == ["1 High Street"]


async def test_cells_that_say_nothing_change_nothing(shop: Shop):
    await shop.load(sheet(ANN), sheet(ONE | {"company": "Bee", "fax": "01904 555 0199", "firstname": "Annie"}))
    before = await shop.rows("SELECT * FROM address")
    doubtful = ONE | {"telephone": "call me", "company": "x" * 256, "firstname": "www.spam.example"}
    summary = await shop.load(None, sheet(doubtful))  # without a column for the fax
    assert summary.addresses == Counts(read=1, valid=1, unchanged=1, notes=3)
    assert await shop.rows("SELECT * FROM address") == before


async def test_an_empty_cell_of_a_known_address_clears(shop: Shop):
    await shop.load(sheet(ANN), sheet(ONE | {"company": "Bee"}))
    summary = await shop.load(None, sheet(ONE | {"company": ""}))
    assert summary.addresses == Counts(read=1, valid=1, updated=1)
    assert await shop.rows("SELECT company FROM address") == [(None,)]


async def test_an_address_imported_without_an_id_gets_one(shop: Shop):
    await shop.load(sheet(ANN), sheet(HOME))
    summary = await shop.load(None, sheet(ONE))
    assert summary.addresses == Counts(read=1, valid=1, unchanged=1)
    moved = await shop.load(None, sheet(ONE | {"city": "Leeds"}))
    assert moved.addresses == Counts(read=1, valid=1, updated=1)
    assert await shop.rows("SELECT city FROM address") == [("Leeds",)]


async def test_equal_addresses_of_two_ids_are_two(shop: Shop):
    twins = sheet(ONE, ONE | {"_entity_id": "2"})
    first = await shop.load(sheet(ANN), twins)
    assert first.addresses == Counts(read=2, valid=2, created=2)
    again = await shop.load(None, twins)
    assert again.addresses == Counts(read=2, valid=2, unchanged=2)


async def test_the_last_row_of_an_id_wins(shop: Shop):
    rows = sheet(ONE | {"city": "Hull"}, ONE | {"city": "Leeds", "_address_default_shipping_": "0"})
    first = await shop.load(sheet(ANN), rows)
    assert first.addresses == Counts(read=2, valid=2, merged=1, created=1)
    assert await shop.rows("SELECT city, is_default_shipping FROM address") == [("Leeds", True)]
    again = await shop.load(None, rows)
    assert again.addresses == Counts(read=2, valid=2, merged=1, unchanged=1)


async def test_the_same_id_of_two_customers_is_two_addresses(shop: Shop):
    bob = ANN | {"email": "bob@shop.example"}
    summary = await shop.load(sheet(ANN, bob), sheet(ONE, ONE | {"_email": "bob@shop.example"}))
    assert summary.addresses.created == 2


async def test_an_address_deleted_in_the_shop_comes_back_as_another(shop: Shop):
    await shop.load(sheet(ANN), sheet(ONE))
    await shop.connection.execute("DELETE FROM address")
    summary = await shop.load(None, sheet(ONE))
    assert summary.addresses == Counts(read=1, valid=1, created=1)


@pytest.mark.parametrize("entity_id", ["x" * 65, "a\tb"])
async def test_an_id_that_is_none_is_left_out(shop: Shop, entity_id: str):
    summary = await shop.load(sheet(ANN), sheet(HOME | {"_entity_id": entity_id}))
    assert summary.addresses == Counts(read=1, valid=1, created=1, notes=1)
    assert shop.outcomes() == [("_entity_id", "cell left out")]
