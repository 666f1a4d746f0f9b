"""A synthetic customer while its rows are made."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from customer_gql.demo.shop import DEFAULT_VIEW

from .people import Name, People, people_of
from .plan import Plan
from .rows import key

_SPANISH_IN_US: Final = 2
_FRENCH_IN_CANADA: Final = 4

# Odd, so that neighbouring numbers never share the counter of their keys.
_SCATTER: Final = 2_654_435_761


@dataclass(slots=True)
class Purchase:
    """What later sections tell about an order."""

    number: str
    placed: int
    status: str
    grand_total: int
    products: tuple[int, ...]


@dataclass(slots=True)
class Shopper:
    """Times are milliseconds since the epoch; `draw` is the batch's source of chance."""

    id: int
    number: int
    plan: Plan
    people: People
    draw: random.Random
    r: Callable[[], float]
    created: int
    until: int
    view_id: int
    first: str
    last: str
    mail_name: str
    email: str = ""
    purchases: list[Purchase] = field(default_factory=list)
    home: tuple[Any, ...] = ()
    """Company, street, city, region, postcode, country, telephone: what orders go to."""
    latest: int = 0
    _counter: int = 0

    def key(self, when: int) -> int:
        """No two of one customer are the same."""
        self._counter += 1
        return key(when, self._counter)

    def moment(self, since: int | None = None) -> int:
        """Some time between the registration, or another, and the end."""
        since = self.created if since is None else since
        return since + int((self.until - since) * self.r())


def shopper(number: int, plan: Plan, created: int, until: int, draw: random.Random) -> Shopper:
    people = people_of(plan.country)
    counter = number * _SCATTER
    first, last = _names(plan, people, draw)
    return Shopper(
        id=key(created, counter),
        number=number,
        plan=plan,
        people=people,
        draw=draw,
        r=draw.random,
        created=created,
        until=until,
        view_id=_view(plan, draw.random()),
        first=plan.first_name or first.written,
        last=plan.last_name or last.written,
        mail_name=plan.mail_name or f"{first.mailed}.{last.mailed}",
        latest=created,
        _counter=counter,
    )


def _names(plan: Plan, people: People, draw: random.Random) -> tuple[Name, Name]:
    """One in fifteen has a name from another country."""
    r = draw.random
    if r() < 0.066:
        people = people_of(("PL", "IT", "ES", "FR", "DE", "GB", "NL")[int(r() * 7)])
    is_female = plan.gender == "FEMALE" or (plan.gender != "MALE" and r() < 0.5)
    firsts, lasts = (people.female, people.female_last) if is_female else (people.male, people.male_last)
    return firsts[int(r() * len(firsts))], lasts[int(r() * len(lasts))]


def _view(plan: Plan, share: float) -> int:
    site = plan.site
    if plan.country == "US" and share < 0.08:
        return _SPANISH_IN_US
    if plan.country == "CA" and share < 0.25:
        return _FRENCH_IN_CANADA
    return site.view_of_country.get(plan.country, DEFAULT_VIEW[site.id])
