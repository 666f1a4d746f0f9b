"""Times and birthdays: forms that are read, and dates that are never guessed."""

import datetime as dt

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts
from customer_gql.administration.customer_import.reading.dates import (
    DateOrder,
    parse_date_of_birth,
    parse_past_time,
)
from customer_gql.administration.customer_import.reading.options import ReadOptions
from customer_gql.core.errors import RuleError
from support.adobe_shop import ANN, Shop, sheet

PUBLISHED = """\
email,_website,_store,created_at,created_in,dob,firstname,gender,group_id,lastname,store_id,website_id
ann1@example.com,base,admin,2023-01-05 10:11:12,Admin,,Ann,Female,1,Bee,0,1
ann2@example.com,base,default,5/6/2012 15:53,Default Store View,,Ann,,1,Bee,1,1
ann4@example.com,base,default,0000-00-00 00:00:00,Default Store View,,Ann,,1,Bee,1,1
"""
AMBIGUOUS = "The day or the month may come first; state the order of dates for the whole import."
CREATED = (
    "SELECT email, CASE WHEN created_at = updated_at THEN 'import' ELSE (created_at AT TIME ZONE 'UTC')::text END,"
    " created_in_store_view_id FROM customer ORDER BY email"
)
ANN1 = ("ann1@example.com", "2023-01-05 10:11:12", 1)
ANN4 = ("ann4@example.com", "import", 1)


async def test_the_published_rows(shop: Shop):
    summary = await shop.load(PUBLISHED)
    assert summary.customers == Counts(read=3, valid=3, created=3, notes=1)
    assert await shop.rows(CREATED) == [ANN1, ("ann2@example.com", "import", 1), ANN4]
    assert shop.refused() == [("people.csv", "3", "created_at", AMBIGUOUS, "5/6/2012 15:53")]
    assert shop.outcomes() == [("created_at", "cell left out")]


@pytest.mark.parametrize(
    ("order", "stored"), [(DateOrder.MDY, "2012-05-06 15:53:00"), (DateOrder.DMY, "2012-06-05 15:53:00")]
)
async def test_the_published_rows_with_the_order_of_dates(shop: Shop, order: DateOrder, stored: str):
    summary = await shop.load(PUBLISHED, options=ReadOptions(dates=order))
    assert summary.customers == Counts(read=3, valid=3, created=3)
    assert await shop.rows(CREATED) == [ANN1, ("ann2@example.com", stored, 1), ANN4]
    assert summary.report is None


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("09/01/24 12:49", DateOrder.MDY, "2024-09-01 12:49"),
        ("09/01/24 12:49", DateOrder.DMY, "2024-01-09 12:49"),
        ("5/5/2012 1:02", None, "2012-05-05 01:02"),
        ("25/12/2012", None, "2012-12-25"),
        ("12/25/2012 1:02:03 PM", None, "2012-12-25 13:02:03"),
        ("12/25/2012, 12:00 am", None, "2012-12-25 00:00"),
        ("31.12.99 23:59", None, "1999-12-31 23:59"),
        ("2012-5-6 7:08:09.5", None, "2012-05-06 07:08:09"),
        ("2012/05/06", DateOrder.DMY, "2012-05-06"),
        ("2012-05-06T07:08:09Z", None, "2012-05-06 07:08:09"),
    ],
)
def test_times_that_are_read(text: str, order: DateOrder | None, expected: str):
    assert parse_past_time(text, ["created_at"], order) == dt.datetime.fromisoformat(expected).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "order", "message"),
    [
        ("09/01/24 12:49", None, AMBIGUOUS),
        ("5.6.2012", None, AMBIGUOUS),
        ("5/25/2012", DateOrder.DMY, "Enter a time like 2024-01-31 09:30:00."),
        ("13/13/2012", None, "Enter a time like 2024-01-31 09:30:00."),
        ("12/25/2012 13:00 PM", None, "Enter a time like 2024-01-31 09:30:00."),
        ("12/25/2012 25:00", None, "Enter a time like 2024-01-31 09:30:00."),
        ("12/25/2012 24:99", None, "Enter a time like 2024-01-31 09:30:00."),
        ("41035.66", None, "Enter a time like 2024-01-31 09:30:00."),
        ("9999-12-31 23:59:59-14:00", None, "Enter a time from 1900 to now."),
        ("٥/٦/2012", DateOrder.DMY, "Enter a time like 2024-01-31 09:30:00."),
    ],
)
def test_times_that_are_left_out(text: str, order: DateOrder | None, message: str):
    with pytest.raises(RuleError) as refused:
        parse_past_time(text, ["created_at"], order)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("10/31/1979", None, "1979-10-31"),
        ("31.10.1979", None, "1979-10-31"),
        ("1979-10-31 00:00:00", None, "1979-10-31"),
        ("10/31/79", None, "1979-10-31"),
        ("5/6/1980", DateOrder.MDY, "1980-05-06"),
    ],
)
def test_birthdays_that_are_read(text: str, order: DateOrder | None, expected: str):
    assert parse_date_of_birth(text, ["dob"], order).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "order", "message"),
    [
        ("5/6/1980", None, AMBIGUOUS),
        ("10/31/24", None, "The year may be of two centuries; write it with four digits."),
        ("1979-10-31 22:00:00", None, "Enter a date like 1979-10-31 or 10/31/1979."),
        ("1979-10-31T00:00:00+02:00", None, "Enter a date like 1979-10-31 or 10/31/1979."),
        ("2/30/1980", None, "Enter a date like 1979-10-31 or 10/31/1979."),
        ("1899-12-31", None, "Enter a date from 1900 to today."),
        ("9999-12-31", None, "Enter a date from 1900 to today."),
    ],
)
def test_birthdays_that_are_left_out(text: str, order: DateOrder | None, message: str):
    with pytest.raises(RuleError) as refused:
        parse_date_of_birth(text, ["dob"], order)
    assert str(refused.value) == message


@pytest.mark.parametrize("nothing", ["", "NULL", "0000-00-00 00:00:00", "0000-00-00", "00/00/0000", "\\N"])
async def test_no_date_is_no_doubt(shop: Shop, nothing: str):
    summary = await shop.load(sheet(ANN | {"created_at": nothing, "dob": nothing}))
    assert summary.customers == Counts(read=1, valid=1, created=1)
    assert await shop.rows("SELECT date_of_birth, created_at = updated_at FROM customer") == [(None, True)]


@pytest.mark.parametrize(("cell", "confirmed"), [("", True), ("0", True), ("NULL", True), ("a1b2c3", False)])
async def test_the_key_of_a_confirmation_still_awaited(shop: Shop, cell: str, confirmed: bool):
    await shop.load(sheet(ANN | {"confirmation": cell}))
    assert await shop.rows("SELECT is_email_confirmed FROM customer") == [(confirmed,)]
