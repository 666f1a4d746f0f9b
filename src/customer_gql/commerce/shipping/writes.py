"""The table of rates of a website, which staff replace as a whole (docs/domain/shipping.md#shipping-3)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy import func, select

from customer_gql.commerce.taxes.postcodes import is_pattern
from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.money import MAX_AMOUNT, minor_digits
from customer_gql.core.text import normalize_compatible_text, to_capital_letters
from customer_gql.core.viewer import Websites
from customer_gql.customers.addresses.validation import validate_country, validate_region
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import Connection, delete_rows, fetch_value, insert_rows
from customer_gql.shop.countries.countries import Country
from customer_gql.shop.websites.reads import find_website
from customer_gql.staff.audit.writes import record_staff_event

from .tables import shipping_table_rate as rate

MOST_RATES: Final = 5_000
MOST_DECIMALS: Final = 4

_TOO_MANY: Final = Refusal(
    "shipping_rate.too_many", "A table has at most {limit} rates. Leave some out.", UserErrorCode.TOO_MANY
)
_AMOUNT_WRONG: Final = Refusal(
    "shipping_rate.amount_wrong", "Enter a number from 0 to {limit} with at most {digits} decimals."
)
_POSTCODE_WRONG: Final = Refusal(
    "shipping_rate.postcode_wrong",
    "Enter one postcode, a start such as 902*, or a range of numbers such as 90000-90999.",
)
_REGION_UNKNOWN: Final = Refusal(
    "shipping_rate.region_unknown", "{country} has no region with a code of this name. Leave it out for the whole."
)
_COUNTRY_REQUIRED: Final = Refusal(
    "shipping_rate.country_required", "Enter the country of the region.", UserErrorCode.REQUIRED
)
_REPEATED: Final = Refusal("shipping_rate.repeated", "Another rate is for the same place and minimum.")


class GivenRate(NamedTuple):
    country_code: str | None
    region: str | None
    postcode: str | None
    minimum: Decimal
    price: Decimal


Place = tuple[str | None, str | None, str | None, Decimal]


async def replace_table_rates(
    connection: Connection, website_id: int, given: Sequence[GivenRate], *, websites: Websites, by: Actor
) -> None:
    """Raises `RuleErrors` with every refusal; then nothing changed."""
    if len(given) > MOST_RATES:
        raise _TOO_MANY(path=["rates"], limit=MOST_RATES)
    site = await find_website(connection, website_id, websites=websites, keep_currency=True)
    places = _validate_rates(given, minor_digits(site.currency))
    await lock_record(connection, f"shipping rates {website_id}")
    before = await fetch_value(connection, select(func.count()).where(rate.c.website_id == website_id))
    await delete_rows(connection, rate, {"website_id": website_id})
    rows = [
        {
            "id": new_id(),
            "website_id": website_id,
            **dict(zip(("country_code", "region", "postcode"), place[:3], strict=True)),
            "minimum": str(place[3]),
            "price": int(one.price.scaleb(minor_digits(site.currency))),
            "currency": site.currency,
        }
        for one, place in zip(given, places, strict=True)
    ]
    if rows:
        await insert_rows(connection, rate, rows)
    subject, changes = encode_id("web", website_id), {"rateCount": (before, len(rows))}
    await record_staff_event(connection, "SHIPPING_RATES_REPLACED", by=by, subject=subject, changes=changes)


def _validate_rates(given: Sequence[GivenRate], digits: int) -> list[Place]:
    refused, places, known = CollectedErrors(), list[Place](), set[Place]()
    for number, one in enumerate(given):
        try:
            place = _validate_rate(one, digits)
            if place in known:
                raise _REPEATED()
            known.add(place)
            places.append(place)
        except RuleError as error:
            with refused.collecting():
                raise error.at(["rates", str(number), *error.path]) from None
    refused.raise_collected()
    return places


def _validate_rate(one: GivenRate, digits: int) -> Place:
    _validate_number(one.minimum, MOST_DECIMALS, "minimum")
    _validate_number(one.price, digits, "price")
    country = None if one.country_code is None else validate_country(one.country_code, ["countryCode"])
    return (
        None if country is None else country.code,
        _find_region(one.region, country),
        _validate_postcode(one.postcode),
        one.minimum,
    )


def _validate_number(number: Decimal, digits: int, name: str) -> None:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not 0 <= number <= MAX_AMOUNT or -exponent > digits:
        raise _AMOUNT_WRONG(path=[name], limit=int(MAX_AMOUNT), digits=digits)


def _find_region(region: str | None, country: Country | None) -> str | None:
    if region is None:
        return None
    if country is None:
        raise _COUNTRY_REQUIRED(path=["countryCode"])
    found = validate_region(region, country, ["region"], required=False).code
    if found is None:
        raise _REGION_UNKNOWN(path=["region"], country=country.code)
    return found


def _validate_postcode(postcode: str | None) -> str | None:
    if postcode is None:
        return None
    pattern = to_capital_letters(normalize_compatible_text(postcode))
    if not is_pattern(pattern):
        raise _POSTCODE_WRONG(path=["postcode"])
    return pattern
