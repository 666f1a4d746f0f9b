"""The address book, and where orders go when it is empty."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from customer_gql.core.values.telephones import to_e164
from customer_gql.customers.attributes.seed import add_values_of_address
from customer_gql.customers.attributes.values.tables import address_attribute
from customer_gql.customers.profile.shopper import AccountPlan, Shopper, fill_pattern
from customer_gql.database.seeding import CustomerSeed, Rows, Stage, to_datetime
from customer_gql.shop.countries.countries import find_country

from .tables import address
from .validation import StoredRegion, validate_region

_COMPANY_FORMS: Final = {
    "US": "Inc.",
    "CA": "Inc.",
    "AU": "Pty Ltd",
    "DE": "GmbH",
    "FR": "SARL",
    "IT": "S.r.l.",
    "NL": "B.V.",
    "ES": "S.L.",
    "PL": "sp. z o.o.",
    "GB": "Ltd",
    "JP": "株式会社",
}
_SECOND_LINES: Final = ("Apt. 4", "2nd floor", "c/o Reception", "Building B", "Unit 12", "Rear entrance")


@dataclass(frozen=True, kw_only=True)
class AddressPlan(AccountPlan):
    addresses: int = 0


def add_addresses(s: Shopper[AddressPlan], rows: Rows) -> None:
    """The first is the default of both kinds for most; some ship elsewhere, a few have no default."""
    count = s.plan.addresses
    if not count:
        s.home = _draw_place(s)
        return
    r = s.r
    has_defaults = count > 1 or r() < 0.95
    shipping = 1 if count > 1 and r() < 0.25 else 0
    times = sorted(s.created + int((s.until - s.created) * r() ** 2) for _ in range(count))
    for position, created in enumerate(times):
        place = _draw_place(s)
        if position == 0:
            s.home = place
        is_billing, is_shipping = has_defaults and position == 0, has_defaults and position == shipping
        _add_address(s, rows, created, place, is_billing=is_billing, is_shipping=is_shipping)


def _add_address(
    s: Shopper[AddressPlan], rows: Rows, created: int, place: dict[str, Any], *, is_billing: bool, is_shipping: bool
) -> None:
    company, tax_number = place["company"], s.people.tax_number
    is_default = is_billing or is_shipping
    first, last = _pick_recipient(s) if not is_default and s.r() < 0.5 else (s.first, s.last)
    vat = fill_pattern(tax_number, s.draw) if company and tax_number else None
    stamp = to_datetime(created)
    updated = stamp if s.r() < 0.7 else to_datetime(s.pick_moment(created))
    region, id = _read_region(s.plan.country, place["region"]), s.make_id(created)
    rows[address].append(
        {
            "customer_id": s.id,
            "id": id,
            "first_name": first,
            "last_name": last,
            **place,
            "region": region.name,
            "region_code": region.code,
            "telephone_e164": to_e164(place["telephone"], s.plan.country),
            "fax": place["telephone"] if company and s.r() < 0.1 else None,
            "vat_number": vat,
            "is_default_billing": is_billing,
            "is_default_shipping": is_shipping,
            "created_at": stamp,
            "updated_at": updated,
        }
    )
    add_values_of_address(s, rows, id)


def _pick_recipient(s: Shopper[AddressPlan]) -> tuple[str, str]:
    """Somebody else: half of them of the same family."""
    firsts, lasts = s.people.female, s.people.female_last
    first = firsts[int(s.r() * len(firsts))].written
    return first, s.last if s.r() < 0.5 else lasts[int(s.r() * len(lasts))].written


def _draw_place(s: Shopper[AddressPlan]) -> dict[str, Any]:
    r, people = s.r, s.people
    city, region, postcode = people.places[int(r() * len(people.places))]
    street = [people.streets[int(r() * len(people.streets))]]
    if r() < 0.08:
        street.append(_SECOND_LINES[int(r() * len(_SECOND_LINES))])
    return {
        "company": _draw_company(s),
        "street": street,
        "city": city,
        "region": region,
        "postcode": postcode,
        "country_code": s.plan.country,
        "telephone": people.telephones[int(r() * len(people.telephones))],
    }


@cache
def _read_region(country_code: str, region: str | None) -> StoredRegion:
    return validate_region(region, find_country(country_code), ["region"])


def _draw_company(s: Shopper[AddressPlan]) -> str | None:
    share = 0.03 if s.plan.customer_type == "INDIVIDUAL" else 0.9
    return f"{s.last} {_COMPANY_FORMS[s.plan.country]}" if s.r() < share else None


SEED: Final = (CustomerSeed((address, address_attribute), add_addresses, Stage.CONTACT),)
