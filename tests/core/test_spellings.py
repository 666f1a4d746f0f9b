"""Numbers, dates and times have one spelling."""

import datetime as dt
from decimal import Decimal

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.core.money import parse_decimal, validate_amount
from customer_gql.core.values.times import parse_date, parse_time


@pytest.mark.parametrize("text", ["0", "5", "-5", "19.90", "1.000000000000000000000000000001", "007"])
def test_decimals(text: str):
    assert str(parse_decimal(text)) == str(Decimal(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 5",
        "5 ",
        "1_0",
        "\uff11\uff10",
        "\u0661",
        "+5",
        ".5",
        "5.",
        "1e2",
        "NaN",
        "Infinity",
        "1,5",
        "5\n",
        "9" * 41,
    ],
)
def test_other_spellings_of_decimals(text: str):
    with pytest.raises(ValueError, match=r"Write a decimal number like -19\.90"):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("19.9", "USD", 1990),
        ("19.90", "USD", 1990),
        ("-5", "JPY", -5),
        ("1.234", "KWD", 1234),
        ("1000000000", "EUR", 10**11),
    ],
)
def test_amounts(amount: str, currency: str, minor: int):
    assert validate_amount(Decimal(amount), currency, path=["amount"]) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("1.000000000000000000000000000001", "USD"),
        ("1.000", "USD"),
        ("5.0", "JPY"),
        ("1.2345", "KWD"),
        ("0.00", "USD"),
        ("-0", "USD"),
        ("1000000000.01", "USD"),
        ("NaN", "USD"),
    ],
)
def test_refused_amounts(amount: str, currency: str):
    with pytest.raises(RuleError) as refused:
        validate_amount(Decimal(amount), currency, path=["amount"])
    assert refused.value.path == ["amount"]


def test_dates():
    assert parse_date("2024-02-29") == dt.date(2024, 2, 29)
    for text in ("20240229", "2024-W09-4", "2024-060", "2023-02-29", "2024-2-9", "\uff12024-02-29", "2024-02-29T00:00"):
        with pytest.raises(ValueError, match=r"."):
            parse_date(text)


@pytest.mark.parametrize(
    ("text", "hour"), [("2030-01-01T12:00:00Z", 12), ("2030-01-01T12:00:00.5+02:00", 10), ("2030-01-01t12:00z", 12)]
)
def test_times_are_read_in_utc(text: str, hour: int):
    assert parse_time(text).tzinfo is dt.UTC
    assert parse_time(text).hour == hour


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2030-01-01T00:00:00", "Add the zone of the time"),
        ("9999-12-31T23:59:59-12:00", "outside of the calendar"),
        ("0001-01-01T00:00:00+14:00", "outside of the calendar"),
        ("2030-01-01", "Write a time like"),
        ("2030-W01-1T00:00:00Z", "Write a time like"),
        ("2030-13-01T00:00:00Z", "There is no such time"),
    ],
)
def test_other_times(text: str, message: str):
    with pytest.raises(ValueError, match=message):
        parse_time(text)
