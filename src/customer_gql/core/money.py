"""Money: integer minor units inside, an exact decimal outside."""

from decimal import Decimal
from typing import Final

from .errors import RuleError

MAX_AMOUNT: Final = Decimal(1_000_000_000)


# Currencies whose minor unit is not a hundredth (ISO 4217).
_MINOR_DIGITS: Final = dict.fromkeys(
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
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)


def minor_digits(currency: str) -> int:
    return _MINOR_DIGITS.get(currency, 2)


def to_major_units(amount: int, currency: str) -> Decimal:
    """12345 minor units of USD are 123.45."""
    return Decimal(amount).scaleb(-minor_digits(currency))


def to_minor_units(amount: Decimal, currency: str) -> int:
    """123.45 USD are 12345 minor units; halves go to the even neighbour, as in bookkeeping."""
    return int(amount.scaleb(minor_digits(currency)).to_integral_value())


def format_amount(amount: int, currency: str) -> str:
    """`major` as the graph prints it, without a detour through a decimal."""
    digits = minor_digits(currency)
    if not digits:
        return str(amount)
    text = str(abs(amount)).rjust(digits + 1, "0")
    return f"{'-' if amount < 0 else ''}{text[:-digits]}.{text[-digits:]}"


def validate_amount(amount: Decimal, currency: str, *, path: list[str]) -> int:
    """An amount somebody typed, in minor units: not zero, no finer than the currency's, at most 10^9 major units."""
    if not amount.is_finite() or abs(amount) > MAX_AMOUNT:
        raise RuleError(f"An amount is a number of at most {MAX_AMOUNT:,}.", path=path)
    scaled = amount.scaleb(minor_digits(currency))
    if scaled == 0 or scaled != scaled.to_integral_value():
        raise RuleError(f"An amount in {currency} has {minor_digits(currency)} decimals and is not zero.", path=path)
    return int(scaled)
