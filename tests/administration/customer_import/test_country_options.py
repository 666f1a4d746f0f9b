"""What a website asks of addresses by country: an import judges as the mutations do (docs/domain/addresses.md#addresses-21)."""

from typing import Any

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.countries.options import (
    COUNTRIES,
    OFFERS_OPTIONAL_REGIONS,
    OPTIONAL_POSTCODES,
    REQUIRED_REGIONS,
)
from customer_gql.shop.settings.declaration import WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, HOME, Shop, sheet
from support.importing import problems, run_import, upload
from support.jobs import delete_open_jobs

REQUIRED = "Enter a value; this field is required."
NOT_OFFERED = "This website does not ask for this value. Leave it out."
STORED = "SELECT external_id, country_code, region, region_code, postcode FROM address ORDER BY external_id"


async def ask(connection: Any, option: Any, value: Any) -> None:
    await set_value(connection, option, value, scope=WEBSITE, scope_id=1)


@pytest.mark.parametrize(
    ("option", "value", "cells", "told", "stored"),
    [
        (REQUIRED_REGIONS, "GB", {}, [("region", "cell left out", REQUIRED)], (None, None)),
        (REQUIRED_REGIONS, "GB", {"region": "Kent"}, [], ("Kent", "GB-KEN")),
        (REQUIRED_REGIONS, "DE", {}, [], (None, None)),
        (REQUIRED_REGIONS, "NONE", {"country_id": "US", "postcode": "02138"}, [], (None, None)),
        (OFFERS_OPTIONAL_REGIONS, False, {"region": "Kent"}, [("region", "cell left out", NOT_OFFERED)], (None, None)),
        (
            OFFERS_OPTIONAL_REGIONS,
            False,
            {"country_id": "US", "postcode": "02138", "region": "MA"},
            [],
            ("Massachusetts", "US-MA"),
        ),
        (OPTIONAL_POSTCODES, "GB", {"postcode": ""}, [], (None, None)),
    ],
)
async def test_a_new_address(
    shop: Shop, option: Any, value: Any, cells: dict[str, str], told: list[Any], stored: tuple[Any, Any]
):
    await ask(shop.connection, option, value)
    summary = await shop.load(sheet(ANN), sheet(HOME | {"region": ""} | cells))
    assert summary.addresses == Counts(read=1, valid=1, created=1, notes=len(told))
    if told:
        reasons = [row[3] for row in shop.refused()]
        assert [(*one, reason) for one, reason in zip(shop.outcomes(), reasons, strict=True)] == told
    assert await shop.rows("SELECT region, region_code FROM address") == [stored]


async def test_a_region_that_is_not_offered_any_more_stays_until_the_address_moves(shop: Shop):
    home = HOME | {"_entity_id": "1", "region": "Kent"}
    await shop.load(sheet(ANN), sheet(home))
    await ask(shop.connection, OFFERS_OPTIONAL_REGIONS, False)
    again = await shop.load(None, sheet(home))
    assert again.addresses == Counts(read=1, valid=1, unchanged=1, notes=1)
    await shop.load(None, sheet(home | {"city": "Dover"}))
    assert [row[2:4] for row in await shop.rows(STORED)] == [("Kent", "GB-KEN")]
    await shop.load(None, sheet(home | {"country_id": "FR", "postcode": "75001"}))
    assert await shop.rows(STORED) == [("1", "FR", None, None, "75001")]


async def test_a_country_that_is_not_accepted(shop: Shop):
    first, other = HOME | {"_entity_id": "1"}, HOME | {"_entity_id": "2", "city": "Leeds"}
    await shop.load(sheet(ANN), sheet(first))
    await ask(shop.connection, COUNTRIES, "DE,FR")
    to_austria = first | {"country_id": "AT", "postcode": "1010"}
    summary = await shop.load(None, sheet(first | {"city": "Hull"}, other, to_austria))
    assert summary.addresses == Counts(read=3, valid=1, refused=2, updated=1)
    refusal = "This shop accepts no addresses in {}."
    assert shop.refused() == [
        ("places.csv", "3", "country_id", refusal.format("GB"), "GB"),
        ("places.csv", "4", "country_id", refusal.format("AT"), "AT"),
    ]
    assert await shop.rows("SELECT city, country_code FROM address") == [("Hull", "GB")]
    moved = await shop.load(None, sheet(first | {"country_id": "FR", "postcode": "75001"}))
    assert moved.addresses == Counts(read=1, valid=1, updated=1)


async def test_a_refused_country_is_told_by_the_column_of_the_layout(
    http: Any, admin_client: Any, database: Any, settings: Any, connection: Any
):
    await delete_open_jobs(connection)
    tools = Tools(database, settings)
    one = ANN | {"email": "countries@shop.example"}
    row = one | {f"_address_{name}": cell for name, cell in HOME.items() if not name.startswith("_")}
    await ask(connection, COUNTRIES, "DE")
    try:
        id = await upload(admin_client, sheet(row).encode(), layout="ADOBE_COMPOSITE")
        assert await run_import(admin_client, tools, id, dry_run=True) == {"read": 1, "refused": 1}
        assert await run_import(admin_client, tools, id) == {"read": 1, "refused": 1}
        # A row is imported as a whole or not at all, and its customers with the rows that are not refused.
        others = sheet(
            row, row | {"email": "countries-2@shop.example", "_address_country_id": "DE", "_address_postcode": "10115"}
        )
        both = await upload(admin_client, others.encode(), layout="ADOBE_COMPOSITE")
        assert await run_import(admin_client, tools, both) == {"read": 2, "created": 1, "refused": 1}
    finally:
        await ask(connection, COUNTRIES, "")
    assert [(each["column"], each["key"], each["value"]) for each in await problems(admin_client, id)] == [
        ("_address_country_id", "address.country_not_accepted", "GB")
    ]
    stored = await connection.fetch("SELECT email FROM customer WHERE email LIKE 'countries%@shop.example'")
    assert [one.email for one in stored] == ["countries-2@shop.example"]
