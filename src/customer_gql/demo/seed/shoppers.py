"""Customers of the demo shop before their rows are made: a name, an id and a store view for each plan."""

import random
from typing import Final

from customer_gql.customers.profile.shopper import Name, People, Shopper
from customer_gql.database.seeding import compose_id
from customer_gql.shop.websites.seed import FRENCH_IN_CANADA, SPANISH_IN_US

from .people import people_of
from .plan import Plan

# Odd, so that neighbouring numbers never share the counter of their ids.
_SCATTER: Final = 2_654_435_761


def make_shopper(number: int, plan: Plan, created: int, until: int, draw: random.Random) -> Shopper[Plan]:
    people = people_of(plan.country)
    counter = number * _SCATTER
    first, last = _pick_names(plan, people, draw)
    return Shopper(
        id=compose_id(created, counter),
        number=number,
        plan=plan,
        people=people,
        draw=draw,
        r=draw.random,
        created=created,
        until=until,
        view_id=_pick_view(plan, draw.random()),
        first=plan.first_name or first.written,
        last=plan.last_name or last.written,
        mail_name=plan.mail_name or f"{first.mailed}.{last.mailed}",
        latest=created,
        counter=counter,
    )


def _pick_names(plan: Plan, people: People, draw: random.Random) -> tuple[Name, Name]:
    """One in fifteen has a name from another country."""
    r = draw.random
    if r() < 0.066:
        people = people_of(("PL", "IT", "ES", "FR", "DE", "GB", "NL")[int(r() * 7)])
    is_female = plan.gender == "FEMALE" or (plan.gender != "MALE" and r() < 0.5)
    firsts, lasts = (people.female, people.female_last) if is_female else (people.male, people.male_last)
    return firsts[int(r() * len(firsts))], lasts[int(r() * len(lasts))]


def _pick_view(plan: Plan, share: float) -> int:
    if plan.country == "US" and share < 0.08:
        return SPANISH_IN_US
    if plan.country == "CA" and share < 0.25:
        return FRENCH_IN_CANADA
    return plan.site.view_of_country.get(plan.country, plan.site.default_view)
