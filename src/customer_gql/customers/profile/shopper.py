"""A customer of the demo shop while the rows are made: what all seeds of slices know about them."""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from customer_gql.database.seeding import compose_id
from customer_gql.shop.groups.seed import BUSINESS, WHOLESALE
from customer_gql.shop.websites.seed import Site

_LETTERS: Final = "ABCDEFGHJKLMNPRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, and its letters in an e-mail address."""

    written: str
    mailed: str


@dataclass(frozen=True, slots=True)
class People:
    """What the people of one country are made of. Each value is drawn from its pool."""

    female: tuple[Name, ...]
    male: tuple[Name, ...]
    female_last: tuple[Name, ...]
    male_last: tuple[Name, ...]
    streets: tuple[str, ...]
    """Whole first lines, the house number in them."""
    places: tuple[tuple[str, str | None, str], ...]
    """City, region, postcode."""
    telephones: tuple[str, ...]
    tax_number: str | None
    """Pattern of the numbers of companies, see `fill_pattern`."""
    carriers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AccountPlan:
    """What the account is, decided before any row is made.

    The seed of another slice reads a plan of its own, with what that slice decides; a plan of the demo is all of them.
    """

    site: Site
    country: str
    gender: str | None
    first_name: str | None = None
    """Null: drawn from the names of the country."""
    last_name: str | None = None
    mail_name: str | None = None
    """Given for the customers who were written by hand."""
    group_id: int = 1
    customer_type: str = "INDIVIDUAL"
    is_active: bool = True
    is_email_confirmed: bool = True
    lock: str | None = None
    """"now", or "over" for a lock that has ended."""
    has_activity: bool = True
    is_online: bool = False
    shows_everything: bool = False

    @property
    def is_written_by_hand(self) -> bool:
        return self.mail_name is not None

    @property
    def buys_for_company(self) -> bool:
        return self.group_id in {WHOLESALE, BUSINESS}


P = TypeVar("P", bound=AccountPlan)


@dataclass(frozen=True, slots=True)
class Purchase:
    """What later slices need to know about an order."""

    id: int
    number: str
    placed: int
    status: str
    grand_total: int
    products: tuple[int, ...]
    """Places in the catalog."""


@dataclass(slots=True)
class Shopper(Generic[P]):
    """Times are milliseconds since the epoch; `draw` is the batch's random source, and `r` its numbers from 0 to 1."""

    id: int
    number: int
    plan: P
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
    home: dict[str, Any] = field(default_factory=dict[str, Any])
    """Where orders go, by column name."""
    purchases: list[Purchase] = field(default_factory=list[Purchase])
    is_subscribed: bool = False
    approved_reviews: int = 0
    latest: int = 0
    """When the customer was last seen to do something."""
    counter: int = 0

    def make_id(self, when: int) -> int:
        """Two ids of one customer are never equal."""
        self.counter += 1
        return compose_id(when, self.counter)

    def pick_moment(self, since: int | None = None) -> int:
        """Some time between the registration, or another time, and the end."""
        since = self.created if since is None else since
        return since + int((self.until - since) * self.r())


def fill_pattern(pattern: str, draw: random.Random) -> str:
    """`#` becomes a digit, `@` a letter."""
    return "".join(
        draw.choice(string.digits) if c == "#" else draw.choice(_LETTERS) if c == "@" else c for c in pattern
    )
