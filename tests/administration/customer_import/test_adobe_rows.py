"""Rows that are refused, and cells that are read kindly."""

from typing import Any

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts
from customer_gql.customers.profile.values.births import BIRTH_DATE
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, HOME, Shop, sheet

REQUIRED = "Enter a value; this field is required."
UNKNOWN = "The value is none of those that the shop knows."
BIRTHS = "SELECT date_of_birth::text, birth_year FROM customer"


async def test_all_that_is_wrong_with_a_row_is_told(shop: Shop):
    bad = {
        "email": "=cmd@nowhere",
        "_website": "mars",
        "firstname": "",
        "lastname": "L" * 256,
        "_store": "",
        "dob": "2999-01-01",
        "created_at": "yesterday",
        "taxvat": "a\tb",
        "suffix": "s" * 41,
    }
    summary = await shop.load(sheet(ANN | dict.fromkeys(bad, "") | ANN, bad))
    assert (summary.customers, summary.report) == (Counts(2, 1, 1, created=1), shop.report)
    refused = shop.refused()
    assert {(file, line) for file, line, *_ in refused} == {("people.csv", "3")}
    assert {column: reason for _, _, column, reason, _ in refused} == {
        "email": "Enter an e-mail address such as name@example.com.",
        "_website": "There is no such website.",
        "lastname": "Enter at most 255 characters.",
        "suffix": "Enter at most 40 characters.",
        "taxvat": "Enter one line of text, without control characters.",
        "dob": "Enter a date from 1900 to today.",
        "created_at": "Enter a time like 2024-01-31 09:30:00.",
        "firstname": "Enter a value; it is required for a new customer.",
    }
    values = {column: value for _, _, column, _, value in refused}
    assert (values["email"], len(values["lastname"])) == ("'=cmd@nowhere", 60)
    outcomes = dict(shop.outcomes())
    assert {column for column, outcome in outcomes.items() if outcome == "row refused"} == {
        "email",
        "_website",
        "firstname",
        "lastname",
    }


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("dob", "never", "Enter a date like 1979-10-31 or 10/31/1979."),
        ("dob", "1899-12-31", "Enter a date from 1900 to today."),
        ("created_at", "0001-01-01T00:00:00+14:00", "Enter a time from 1900 to now."),
        ("created_at", "2999-01-01 00:00:00", "Enter a time from 1900 to now."),
        ("_store", "elsewhere", "There is no such store view on this website; its default one is used."),
        ("gender", "Robot", UNKNOWN),
        ("group_id", "77", UNKNOWN),
        ("group_id", "0", UNKNOWN),
        ("disable_auto_group_change", "maybe", UNKNOWN),
        ("prefix", "x" * 41, "Enter at most 40 characters."),
        ("suffix", "a\tb", "Enter one line of text, without control characters."),
        ("middlename", "See http://spam.example", "Enter a name without a link."),
        ("taxvat", "x" * 51, "Enter at most 50 characters."),
        ("taxvat", "x" * 5000, "The cell is longer than 4,096 characters."),
        ("middlename", "J\ufffdrg", "The cell has characters that cannot be read in the encoding of the file."),
        ("middlename", "é" * 5000, "The cell is longer than 4,096 characters."),
        (
            "prefix",
            "e" + "\u0301" * 40,
            "Text cannot contain NUL, a lone surrogate, or more than 30 combining marks in a row.",
        ),
    ],
)
async def test_a_cell_the_account_does_not_need_refuses_nobody(shop: Shop, column: str, value: str, reason: str):
    summary = await shop.load(sheet(ANN | {column: value}))
    assert summary.customers == Counts(read=1, valid=1, created=1, notes=1)
    assert [row[:4] for row in shop.refused()] == [("people.csv", "2", column, reason)]
    assert shop.outcomes() == [(column, "cell left out")]
    assert summary.warnings == [f"people.csv, {column}: 1 cell left out, first on line 2. {reason}"]
    assert await shop.rows(
        "SELECT first_name, created_in_store_view_id, group_id, gender, prefix, middle_name, tax_vat_number,"
        " date_of_birth, created_at = updated_at FROM customer"
    ) == [("Ann", 1, 1, None, None, None, None, None, True)]


async def test_a_doubtful_cell_leaves_what_is_stored(shop: Shop):
    good = {"dob": "1979-10-31", "gender": "Female", "prefix": "Dr.", "disable_auto_group_change": "1", "group_id": "2"}
    await shop.load(sheet(ANN | good))
    before = await shop.rows("SELECT * FROM customer")
    doubtful = {"dob": "3/4/1979", "gender": "?", "prefix": "x" * 41, "disable_auto_group_change": "?", "group_id": "9"}
    summary = await shop.load(sheet(ANN | doubtful | {"firstname": "www://", "lastname": "x" * 256}))
    assert summary.customers == Counts(read=1, valid=1, unchanged=1, notes=7)
    assert await shop.rows("SELECT * FROM customer") == before


async def test_what_the_last_row_leaves_out_comes_from_the_row_before(shop: Shop):
    rows = [
        {"prefix": "Dr.", "dob": "1979-10-31", "created_at": "2020-01-02 03:04:05"},
        {"prefix": "x" * 41, "dob": "", "disable_auto_group_change": "?", "created_at": ""},
        {"prefix": "y" * 41, "dob": "", "disable_auto_group_change": "?"},
    ]
    summary = await shop.load(sheet(*[ANN | row for row in rows]))
    assert summary.customers == Counts(read=3, valid=3, merged=2, created=1, notes=4)
    assert await shop.rows(
        "SELECT prefix, date_of_birth, is_automatic_group_change_disabled, created_at::date::text FROM customer"
    ) == [("Dr.", None, False, "2020-01-02")]


async def test_a_customer_cannot_do_without_an_email_address(shop: Shop):
    summary = await shop.load(sheet(ANN | {"email": ""}))
    assert (summary.customers.refused, summary.customers.created) == (1, 0)
    assert [row[2:4] for row in shop.refused()] == [("email", REQUIRED)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("country_id", "XX", "Enter a country as its two-letter code of ISO 3166-1."),
        ("street", "", REQUIRED),
        ("city", "", REQUIRED),
        ("_email", "nobody@shop.example", "There is no customer with this address on this website."),
    ],
)
async def test_what_an_address_cannot_do_without(shop: Shop, column: str, value: str, reason: str):
    summary = await shop.load(sheet(ANN), sheet(HOME | {column: value}))
    assert (summary.addresses.refused, summary.addresses.created, summary.customers.created) == (1, 0, 1)
    assert [row[2:4] for row in shop.refused()] == [(column, reason)]


TELEPHONE = "Enter a telephone number of digits, spaces and ( ) + - . /, with an optional extension."


@pytest.mark.parametrize(
    ("column", "value", "outcome", "reason", "stored"),
    [
        ("postcode", "", "cell left out", "Enter a postal code; it is required in GB.", None),
        ("postcode", "N1_7AA", "cell kept", "Enter at most 16 letters, digits, spaces and hyphens.", "N1_7AA"),
        ("postcode", "x" * 17, "cell left out", "Enter at most 16 characters.", None),
        ("telephone", "", "cell left out", REQUIRED, None),
        ("telephone", "call me", "cell left out", TELEPHONE, None),
        ("fax", "none", "cell left out", TELEPHONE, None),
        ("company", "x" * 256, "cell left out", "Enter at most 255 characters.", None),
        ("firstname", "http://spam.example", "cell left out", "Enter a name without a link.", "Ann"),
        ("lastname", "", "cell left out", REQUIRED, "Lee"),
        ("street", "1\n2\n3\n4\n5", "cell kept", "Lines after line 4 were joined to it.", ["1", "2", "3", "4, 5"]),
    ],
)
async def test_a_doubtful_cell_of_an_address(
    shop: Shop, column: str, value: str, outcome: str, reason: str, stored: Any
):
    summary = await shop.load(sheet(ANN), sheet(HOME | {column: value}))
    assert summary.addresses == Counts(read=1, valid=1, created=1, notes=1)
    assert [row[1:4] for row in shop.refused()] == [("2", column, reason)]
    assert shop.outcomes() == [(column, outcome)]
    name = {"firstname": "first_name", "lastname": "last_name"}.get(column, column)
    assert await shop.rows(f"SELECT {name} FROM address") == [(stored,)]


async def test_a_region_and_a_postal_code_that_the_country_does_not_know_are_kept(shop: Shop):
    here = {"country_id": "US", "region": "Calif.", "postcode": "2138"}
    summary = await shop.load(sheet(ANN), sheet(HOME | here))
    assert summary.addresses == Counts(read=1, valid=1, created=1, notes=2)
    assert shop.outcomes() == [("region", "cell kept"), ("postcode", "cell kept")]
    assert await shop.rows("SELECT region, postcode FROM address") == [("Calif.", "2138")]


async def test_a_postcode_may_be_missing_where_there_are_none(shop: Shop):
    summary = await shop.load(sheet(ANN), sheet(HOME | {"country_id": "IE", "postcode": ""}))
    assert (summary.addresses.created, await shop.rows("SELECT postcode FROM address")) == (1, [(None,)])


async def test_lines_are_those_an_editor_shows(shop: Shop):
    """A quoted cell may span lines; the row is where it starts."""
    rows = [HOME | {"street": "1\n2\n3"}, HOME | {"city": ""}, HOME | {"street": "a\r\nb"}, HOME | {"city": ""}]
    await shop.load(sheet(ANN), sheet(*rows))
    assert [row[1:3] for row in shop.refused()] == [("5", "city"), ("8", "city")]
    assert await shop.rows("SELECT street FROM address ORDER BY id") == [(["1", "2", "3"],), (["a", "b"],)]


async def test_a_row_with_more_cells_is_refused_without_its_values(shop: Shop):
    summary = await shop.load(
        "email,_website,firstname,lastname\na@b.example,base,Ann,Lee,secret\n\nc@d.example,base,Bo,Fox\n"
    )
    assert summary.customers == Counts(read=2, valid=1, refused=1, created=1)
    assert shop.refused() == [("people.csv", "2", "", "The row has 5 cells, the header 4.", "")]


async def test_a_row_that_ends_early_changes_nothing_that_it_does_not_say(shop: Shop):
    await shop.load(sheet(ANN | {"prefix": "Dr.", "taxvat": "T1"}))
    summary = await shop.load("email,_website,prefix,taxvat\nann@shop.example,base,Prof.\n")
    assert summary.customers == Counts(read=1, valid=1, updated=1, notes=1)
    reason = "The row has 3 cells, the header 4; the missing ones count as not given."
    assert shop.refused() == [("people.csv", "2", "", reason, "")]
    assert await shop.rows("SELECT prefix, tax_vat_number FROM customer") == [("Prof.", "T1")]


async def test_unknown_attribute_columns_are_named(shop: Shop):
    summary = await shop.load(sheet(ANN | {"shoe_size": "39", "website_id": "1", "created_in": "Somewhere"}))
    assert (summary.ignored_columns, summary.customers.created) == (("shoe_size",), 1)
    assert summary.warnings == ["people.csv: website_id not read; _website and _store decide."]
    assert summary.lines()[2] == "ignored columns: shoe_size"


async def test_where_years_of_birth_are_stored_the_date_keeps_its_year(shop: Shop):
    await set_value(shop.connection, BIRTH_DATE, "YEAR")
    await shop.load(sheet(ANN | {"dob": "1979-10-31"}))
    assert await shop.rows(BIRTHS) == [(None, 1979)]
    assert (await shop.load(sheet(ANN | {"dob": "1979-10-31"}))).customers == Counts(read=1, valid=1, unchanged=1)
    await shop.load(sheet(ANN | {"dob": ""}))
    assert await shop.rows(BIRTHS) == [(None, None)]


async def test_a_year_alone_is_the_year_of_birth(shop: Shop):
    await shop.load(sheet(ANN | {"dob": "1979"}))
    assert await shop.rows(BIRTHS) == [(None, 1979)]
    assert (await shop.load(sheet(ANN | {"dob": "1979"}))).customers == Counts(read=1, valid=1, unchanged=1)
    summary = await shop.load(sheet(ANN | {"dob": "1899"}))
    assert summary.customers == Counts(read=1, valid=1, unchanged=1, notes=1)
    assert shop.outcomes() == [("dob", "cell left out")]


@pytest.mark.parametrize("kept", ["DATE", "YEAR"])
async def test_a_year_alone_leaves_a_stored_date_of_that_year(kept: str, shop: Shop):
    await shop.load(sheet(ANN | {"dob": "1979-10-31"}))
    await set_value(shop.connection, BIRTH_DATE, kept)
    same = "1979" if kept == "DATE" else "1979-05-06"
    assert (await shop.load(sheet(ANN | {"dob": same}))).customers == Counts(read=1, valid=1, unchanged=1)
    assert await shop.rows(BIRTHS) == [("1979-10-31", None)]
    assert (await shop.load(sheet(ANN | {"dob": "1980"}))).customers == Counts(read=1, valid=1, updated=1)
    assert await shop.rows(BIRTHS) == [(None, 1980)]
