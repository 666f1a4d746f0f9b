"""Rows that are refused, and cells that are read kindly."""

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts
from support.adobe_shop import ANN, HOME, Shop, sheet

REQUIRED = "Enter a value; this field is required."


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
        "email": "The part after the @-sign is not valid. It should have a period.",
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


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("dob", "31/12/1980", "Enter a date like 1979-10-31 or 10/31/1979."),
        ("dob", "1899-12-31", "Enter a date from 1900 to today."),
        ("created_at", "0001-01-01T00:00:00+14:00", "Enter a time from 1900 to now."),
        ("_store", "elsewhere", "There is no such store view on this website."),
        ("email", "", REQUIRED),
    ],
)
async def test_a_bad_cell_of_a_customer(shop: Shop, column: str, value: str, reason: str):
    summary = await shop.load(sheet(ANN | {column: value}))
    assert (summary.customers.refused, summary.customers.created) == (1, 0)
    assert [row[2:4] for row in shop.refused()] == [(column, reason)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("country_id", "XX", "Enter a country as its two-letter code of ISO 3166-1."),
        ("postcode", "", "Enter a postal code; it is required in GB."),
        ("telephone", "", REQUIRED),
        (
            "telephone",
            "call me",
            "Enter a telephone number of digits, spaces and ( ) + - . /, with an optional extension.",
        ),
        ("street", "1\n2\n3\n4\n5", "Enter at most 4 lines."),
        ("street", "", REQUIRED),
        ("_email", "nobody@shop.example", "There is no customer with this address on this website."),
    ],
)
async def test_a_bad_cell_of_an_address(shop: Shop, column: str, value: str, reason: str):
    summary = await shop.load(sheet(ANN), sheet(HOME | {column: value}))
    assert (summary.addresses.refused, summary.addresses.created) == (1, 0)
    assert [row[2:4] for row in shop.refused()] == [(column, reason)]


async def test_a_postcode_may_be_missing_where_there_are_none(shop: Shop):
    summary = await shop.load(sheet(ANN), sheet(HOME | {"country_id": "IE", "postcode": ""}))
    assert (summary.addresses.created, await shop.rows("SELECT postcode FROM address")) == (1, [(None,)])


async def test_a_value_outside_a_set_becomes_the_default(shop: Shop):
    summary = await shop.load(
        sheet(ANN | {"gender": "Robot", "group_id": "0"}, ANN | {"gender": "X", "group_id": "77"})
    )
    assert await shop.rows("SELECT gender, group_id FROM customer") == [(None, 1)]
    group = "is outside the set of values and became the default group, or stayed as it was"
    assert summary.warnings == [
        "people.csv: gender is outside the set of values and became empty in 2 rows, first on line 2.",
        f"people.csv: group_id {group} in 2 rows, first on line 2.",
    ]


async def test_lines_are_those_an_editor_shows(shop: Shop):
    """A quoted cell may span lines; the row is where it starts."""
    rows = [HOME | {"street": "1\n2\n3"}, HOME | {"city": ""}, HOME | {"street": "a\r\nb"}, HOME | {"city": ""}]
    await shop.load(sheet(ANN), sheet(*rows))
    assert [row[1:3] for row in shop.refused()] == [("5", "city"), ("8", "city")]
    assert await shop.rows("SELECT street FROM address ORDER BY id") == [(["1", "2", "3"],), (["a", "b"],)]


async def test_a_row_of_another_length_is_refused_without_its_values(shop: Shop):
    summary = await shop.load("email,_website,firstname,lastname\na@b.example,base,Ann\n\nc@d.example,base,Bo,Fox\n")
    assert summary.customers == Counts(read=2, valid=1, refused=1, created=1)
    assert shop.refused() == [("people.csv", "2", "", "the row has 3 cells, the header 4", "")]


async def test_unknown_attribute_columns_are_named(shop: Shop):
    summary = await shop.load(sheet(ANN | {"shoe_size": "39", "website_id": "1", "created_in": "Somewhere"}))
    assert (summary.ignored_columns, summary.customers.created) == (("shoe_size",), 1)
    assert summary.warnings == ["people.csv: website_id not read; _website and _store decide."]
    assert summary.lines()[2] == "ignored columns: shoe_size"
