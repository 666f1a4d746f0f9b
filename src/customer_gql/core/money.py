"""Money: integer minor units inside, an exact decimal outside."""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from .errors import Refusal

MAX_AMOUNT: Final = Decimal(1_000_000_000)
_MAX_DIGITS: Final = 40
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")

# Currencies whose minor unit is not a hundredth (ISO 4217).
MINOR_DIGITS: Final = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}

_AMOUNT_TOO_LARGE: Final = Refusal("amount.too_large", "An amount is a number of at most {limit}.")
_TOO_MANY_DECIMALS: Final = Refusal(
    "amount.too_many_decimals", "An amount in {currency} has at most {digits} decimals."
)
_AMOUNT_ZERO: Final = Refusal("amount.zero", "Enter an amount that is not zero.")


def minor_digits(currency: str) -> int:
    return MINOR_DIGITS.get(currency, 2)


def to_major_units(amount: int | Decimal, currency: str) -> Decimal:
    """12345 minor units of USD are 123.45. A sum may come as a decimal of the database, which writes 10000 as 1E+4."""
    return Decimal(int(amount)).scaleb(-minor_digits(currency))


def to_minor_units(amount: Decimal, currency: str) -> int:
    """123.45 USD are 12345 minor units; halves go to the even neighbour, as in bookkeeping."""
    return int(amount.scaleb(minor_digits(currency)).to_integral_value())


def format_amount(amount: int, currency: str) -> str:
    """`to_major_units` as the graph prints it, without a detour through a decimal."""
    digits = minor_digits(currency)
    if not digits:
        return str(amount)
    text = str(abs(amount)).rjust(digits + 1, "0")
    return f"{'-' if amount < 0 else ''}{text[:-digits]}.{text[-digits:]}"


def format_amount_in_sql(amount: str, currency: str) -> str:
    """The SQL expression of the same text, for expressions of SQL; the currency decides, so that it may be a column."""
    by_digits: dict[int, list[str]] = {}
    for code, digits in MINOR_DIGITS.items():
        by_digits.setdefault(digits, []).append(f"'{code}'")
    cases = "".join(
        f"WHEN {currency} IN ({', '.join(codes)}) THEN {_scale_in_sql(amount, digits)} "
        for digits, codes in sorted(by_digits.items())
    )
    return f"CASE {cases}ELSE {_scale_in_sql(amount, 2)} END"


def _scale_in_sql(amount: str, digits: int) -> str:
    # A product of numerics is exact, and has the decimals of both factors.
    return f"({amount} * {Decimal(1).scaleb(-digits)})::text" if digits else f"{amount}::text"


def parse_decimal(text: str) -> Decimal:
    """A decimal number in its one spelling, ASCII digits with an optional point; `ValueError` for any other.

    `Decimal` itself also takes blanks, underscores, exponents and the digits of other scripts.
    """
    if len(text) > _MAX_DIGITS or not _DECIMAL.fullmatch(text):
        raise ValueError(f"Write a decimal number like -19.90, of at most {_MAX_DIGITS} characters.")
    return Decimal(text)


def validate_amount(amount: Decimal, currency: str, *, path: list[str]) -> int:
    """An amount somebody typed, in minor units: not zero, no finer than the currency's, at most 10^9 major units."""
    if not amount.is_finite() or abs(amount) > MAX_AMOUNT:
        raise _AMOUNT_TOO_LARGE(path=path, limit=int(MAX_AMOUNT))
    digits = minor_digits(currency)
    exponent = amount.as_tuple().exponent
    # The decimals are counted before anything is computed: arithmetic rounds to 28 digits.
    if not isinstance(exponent, int) or -exponent > digits:
        raise _TOO_MANY_DECIMALS(path=path, currency=currency, digits=digits)
    if amount == 0:
        raise _AMOUNT_ZERO(path=path)
    return int(amount.scaleb(digits))


def find_whole_bound(minor: Decimal, sign: str) -> int | None:
    """The integer by which `=`, `<`, `<=`, `>` or `>=` picks the same integers; None where no stored one is it."""
    whole = minor.to_integral_value(ROUND_CEILING if sign in {">=", "<"} else ROUND_FLOOR)
    is_equal = sign != "=" or whole == minor
    return int(whole) if is_equal and abs(whole) < 1 << 63 else None
