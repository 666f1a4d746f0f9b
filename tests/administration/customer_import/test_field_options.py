"""What a website asks of profiles and addresses: an import judges as the mutations do (docs/domain/import.md#import-15)."""

from typing import Any

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts
from customer_gql.customers.addresses.settings import COMPANY, FAX, TELEPHONE
from customer_gql.customers.profile.values.births import BIRTH_DATE
from customer_gql.customers.profile.values.fields import CHOICE_SETTINGS, SHOW_SETTINGS
from customer_gql.shop.settings.declaration import WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, HOME, Shop, sheet

REQUIRED = "Enter a value; this field is required."
NOT_OFFERED = "This website does not ask for this value. Leave it out."
ABOUT = {"prefix": "Dr.", "suffix": "II", "gender": "Female", "dob": "1979-10-31", "taxvat": "GB1"}
STORED = "SELECT prefix, suffix, gender, date_of_birth::text, birth_year, tax_vat_number FROM customer"
NOTHING = [(None,) * 6]
EVERYTHING = [("Dr.", "II", "FEMALE", "1979-10-31", None, "GB1")]
SHOWN = {
    "prefix": SHOW_SETTINGS["prefix"],
    "suffix": SHOW_SETTINGS["suffix"],
    "gender": SHOW_SETTINGS["gender"],
    "dob": SHOW_SETTINGS["dateOfBirth"],
    "taxvat": SHOW_SETTINGS["taxVatNumber"],
}


async def ask(shop: Shop, options: Any, value: Any) -> None:
    for option in options:
        await set_value(shop.connection, option, value, scope=WEBSITE, scope_id=1)


def told(shop: Shop) -> list[tuple[str, str, str]]:
    reasons = [row[3] for row in shop.refused()]
    return sorted((*one, reason) for one, reason in zip(shop.outcomes(), reasons, strict=True))


def left_out(columns: Any, reason: str) -> list[tuple[str, str, str]]:
    return sorted((column, "cell left out", reason) for column in columns)


async def test_a_profile_takes_nothing_that_is_not_asked_for(shop: Shop):
    await ask(shop, SHOWN.values(), "NO")
    summary = await shop.load(sheet(ANN | ABOUT))
    assert summary.customers == Counts(read=1, valid=1, created=1, notes=5)
    assert told(shop) == left_out(ABOUT, NOT_OFFERED)
    assert await shop.rows(STORED) == NOTHING


async def test_a_stored_value_stays_where_it_is_not_asked_for_any_more(shop: Shop):
    await shop.load(sheet(ANN | ABOUT))
    await ask(shop, SHOWN.values(), "NO")
    other = {"prefix": "Prof.", "suffix": "III", "gender": "Male", "dob": "1980-01-01", "taxvat": "GB2"}
    for row in (ABOUT, other):
        summary = await shop.load(sheet(ANN | row))
        assert summary.customers == Counts(read=1, valid=1, unchanged=1, notes=5)
    assert await shop.rows(STORED) == EVERYTHING
    # An empty cell clears what is stored.
    assert (await shop.load(sheet(ANN | dict.fromkeys(ABOUT, "")))).customers.updated == 1
    assert await shop.rows(STORED) == NOTHING


async def test_what_is_required_is_not_cleared(shop: Shop):
    await shop.load(sheet(ANN | ABOUT))
    await ask(shop, SHOWN.values(), "REQUIRED")
    summary = await shop.load(sheet(ANN | dict.fromkeys(ABOUT, "")))
    assert summary.customers == Counts(read=1, valid=1, unchanged=1, notes=5)
    assert told(shop) == left_out(ABOUT, REQUIRED)
    assert await shop.rows(STORED) == EVERYTHING


@pytest.mark.parametrize(("shown", "stored", "notes"), [("NO", None, 1), ("OPTIONAL", "B.", 0)])
async def test_middle_names(shown, stored, notes, shop: Shop):
    await ask(shop, [SHOW_SETTINGS["middleName"]], shown)
    summary = await shop.load(sheet(ANN | {"middlename": "B."}))
    assert summary.customers == Counts(read=1, valid=1, created=1, notes=notes)
    assert await shop.rows("SELECT middle_name FROM customer") == [(stored,)]


async def test_a_website_that_stores_years_and_asks_for_none(shop: Shop):
    await ask(shop, [BIRTH_DATE], "YEAR")
    await shop.load(sheet(ANN | {"dob": "1979-10-31"}))
    assert [row[3:5] for row in await shop.rows(STORED)] == [(None, 1979)]
    await ask(shop, [SHOWN["dob"]], "NO")
    assert (await shop.load(sheet(ANN | {"dob": "1980-10-31"}))).customers.notes == 1
    assert [row[3:5] for row in await shop.rows(STORED)] == [(None, 1979)]


@pytest.mark.parametrize("column", ["prefix", "suffix"])
async def test_only_what_is_listed_is_taken(shop: Shop, column: str):
    await ask(shop, [CHOICE_SETTINGS[column]], ";Mr;Ms")
    summary = await shop.load(sheet(ANN | {column: "Dr"}), sheet(HOME | {column: "Dr"}))
    assert (summary.customers.notes, summary.addresses.notes) == (1, 1)
    assert {row[:2] for row in told(shop)} == {(column, "cell left out")}
    await shop.load(sheet(ANN | {column: "Ms"}), sheet(HOME | {column: "Ms"}))
    assert await shop.rows(f"SELECT {column} FROM customer") == [("Ms",)]
    # Without an id, an address with other content is another address.
    assert await shop.rows(f"SELECT {column} FROM address ORDER BY id") == [(None,), ("Ms",)]


async def test_an_address_takes_nothing_that_is_not_asked_for(shop: Shop):
    names = [SHOW_SETTINGS[name] for name in ("prefix", "middleName", "suffix")]
    await ask(shop, [COMPANY, FAX, TELEPHONE, *names], "NO")
    given = HOME | {"company": "Engines", "fax": "01904 555 0102", "prefix": "Dr.", "middlename": "M.", "suffix": "II"}
    summary = await shop.load(sheet(ANN), sheet(given))
    assert summary.addresses == Counts(read=1, valid=1, created=1, notes=6)
    assert told(shop) == left_out(given.keys() - HOME.keys() | {"telephone"}, NOT_OFFERED)
    stored = "SELECT company, fax, telephone, telephone_e164, prefix, middle_name, suffix FROM address"
    assert await shop.rows(stored) == [(None,) * 7]
    again = await shop.load(None, sheet(given))
    assert again.addresses == Counts(read=1, valid=1, unchanged=1, notes=6)


@pytest.mark.parametrize("entity", ["", "1"])
async def test_an_address_that_has_more_than_is_asked_for_is_found_again(shop: Shop, entity: str):
    await ask(shop, [FAX], "OPTIONAL")
    given = HOME | {"company": "Engines", "fax": "01904 555 0102", "_entity_id": ""}
    await shop.load(sheet(ANN), sheet(given))
    await ask(shop, [COMPANY, FAX, TELEPHONE], "NO")
    read = "SELECT external_id, company, fax, telephone, telephone_e164 FROM address"
    expected = [(entity or None, "Engines", "01904 555 0102", "01904 555 0101", "+4419045550101")]
    for _ in range(2):
        again = await shop.load(None, sheet(given | {"_entity_id": entity, "company": "Others"}))
        assert again.addresses == Counts(read=1, valid=1, unchanged=1, notes=3)
        assert await shop.rows(read) == expected


async def test_a_file_without_a_column_says_nothing_about_it(shop: Shop):
    await shop.load(sheet(ANN), sheet(HOME | {"company": "Engines"}))
    again = await shop.load(None, sheet(HOME))
    assert again.addresses == Counts(read=1, valid=1, unchanged=1)
    assert await shop.rows("SELECT company FROM address") == [("Engines",)]


async def test_a_company_that_is_required_is_not_cleared(shop: Shop):
    home = HOME | {"_entity_id": "1", "company": "Engines"}
    await shop.load(sheet(ANN), sheet(home))
    await ask(shop, [COMPANY], "REQUIRED")
    again = await shop.load(None, sheet(home | {"company": ""}))
    assert again.addresses == Counts(read=1, valid=1, unchanged=1, notes=1)
    assert told(shop) == left_out(["company"], REQUIRED)


async def test_a_row_of_an_unknown_website_is_told_that_alone(shop: Shop):
    await ask(shop, [*SHOWN.values(), COMPANY, FAX], "NO")
    await shop.load(
        sheet(ANN | ABOUT | {"_website": "nowhere"}), sheet(HOME | {"_website": "nowhere", "company": "Engines"})
    )
    assert [row[2] for row in shop.refused()] == ["_website", "_website"]
