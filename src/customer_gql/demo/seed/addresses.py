"""The address book, and where the orders of those go who keep none."""

from typing import Any, Final

from .people import filled
from .rows import Rows, at
from .shoppers import Shopper

_FORMS: Final = {
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


def add_addresses(s: Shopper, rows: Rows) -> None:
    """The first is the default of both kinds for most; some ship elsewhere, a few have no default."""
    count = s.plan.addresses
    if not count:
        s.home = _place(s)
        return
    r = s.r
    has_defaults = count > 1 or r() < 0.95
    shipping = 1 if count > 1 and r() < 0.25 else 0
    times = sorted(s.created + int((s.until - s.created) * r() ** 2) for _ in range(count))
    for position, created in enumerate(times):
        place = _place(s)
        if position == 0:
            s.home = place
        _add(s, rows, created, place, (has_defaults and position == 0, has_defaults and position == shipping))


def _add(s: Shopper, rows: Rows, created: int, place: tuple[Any, ...], defaults: tuple[bool, bool]) -> None:
    company, street, city, region, postcode, country, telephone = place
    first, last = _recipient(s) if not any(defaults) and s.r() < 0.5 else (s.first, s.last)
    vat = filled(s.people.land.vat, s.draw) if company and s.people.land.vat else None
    stamp = at(created)
    updated = stamp if s.r() < 0.7 else at(s.moment(created))
    rows["address"].append(
        (
            s.id,
            s.key(created),
            None,
            first,
            None,
            last,
            None,
            company,
            street,
            city,
            region,
            postcode,
            country,
            telephone,
            telephone if company and s.r() < 0.1 else None,
            vat,
            *defaults,
            stamp,
            updated,
        )
    )


def _recipient(s: Shopper) -> tuple[str, str]:
    """Somebody else: half of them of the same family."""
    firsts, lasts = s.people.female, s.people.female_last
    first = firsts[int(s.r() * len(firsts))].written
    return first, s.last if s.r() < 0.5 else lasts[int(s.r() * len(lasts))].written


def _place(s: Shopper) -> tuple[Any, ...]:
    r, people = s.r, s.people
    city, region, postcode = people.place[int(r() * len(people.place))]
    street = [people.street[int(r() * len(people.street))]]
    if r() < 0.08:
        street.append(_SECOND_LINES[int(r() * len(_SECOND_LINES))])
    telephone = people.telephone[int(r() * len(people.telephone))] if r() < 0.93 else None
    return _company(s), street, city, region, postcode, people.land.code, telephone


def _company(s: Shopper) -> str | None:
    share = 0.03 if s.plan.customer_type == "INDIVIDUAL" else 0.9
    return f"{s.last} {_FORMS[s.people.land.code]}" if s.r() < share else None
