"""Permissions and websites of an actor, who cannot grant more than these (docs/domain/roles.md#roles-3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.text import validate_line
from customer_gql.core.values.person_names import MAX_NAME
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection, equals_any, fetch_rows
from customer_gql.shop.websites.reads import WEBSITE_NOT_FOUND
from customer_gql.shop.websites.tables import website

_PERMISSIONS_EXCEED_OWN: Final = Refusal(
    "role.permissions_exceed_own",
    "Your own role lacks {permissions}. Leave it out, or ask an administrator who has it.",
    UserErrorCode.NOT_ALLOWED,
)
_WEBSITES_EXCEED_OWN: Final = Refusal(
    "role.websites_exceed_own", "Your own role does not reach all of these websites.", UserErrorCode.NOT_ALLOWED
)
_STRONGER_THAN_OWN: Final = Refusal(
    "role.stronger_than_own",
    "Its permissions or websites exceed your own. Ask an administrator who has them.",
    UserErrorCode.NOT_ALLOWED,
)
_NO_WEBSITE: Final = Refusal(
    "role.no_website", "Name at least one website, or use null for all.", UserErrorCode.REQUIRED
)
_TOO_MANY_WEBSITES: Final = Refusal(
    "role.too_many_websites",
    "There are too many websites. Use at most {limit}, or null for all.",
    UserErrorCode.TOO_MANY,
)


@dataclass(frozen=True, slots=True)
class Grant:
    """Permissions, and the websites they hold for."""

    permissions: frozenset[str]
    websites: Websites

    @classmethod
    def of(cls, row: Any) -> "Grant":
        ids = row.website_ids
        return cls(frozenset(row.permissions), None if ids is None else frozenset(ids))

    def reaches(self, websites: Websites) -> bool:
        return self.websites is None or (websites is not None and websites <= self.websites)

    def covers(self, other: "Grant") -> bool:
        return other.permissions <= self.permissions and self.reaches(other.websites)


def grant_of(actor: Actor) -> Grant | None:
    """What the actor holds; None is the command line, which holds everything."""
    if actor.kind is ActorKind.SYSTEM:
        return None
    viewer = actor.viewer
    return Grant(frozenset(), frozenset()) if viewer is None else Grant(viewer.permissions, viewer.website_ids)


def is_visible_to(by: Actor, websites: Sequence[int] | None) -> bool:
    """Whether a role or token with these websites is known to the one who acts; else it is unknown."""
    own = grant_of(by)
    return own is None or own.reaches(None if websites is None else frozenset(websites))


def refuse_granting_more(by: Actor, wanted: Grant) -> None:
    """Raises when an actor grants a permission or a website that their own role lacks."""
    own = grant_of(by)
    if own is None:
        return
    errors: list[RuleError] = []
    if missing := sorted(wanted.permissions - own.permissions):
        errors.append(_PERMISSIONS_EXCEED_OWN(path=["permissions"], permissions=missing))
    if not own.reaches(wanted.websites):
        errors.append(_WEBSITES_EXCEED_OWN(path=["websiteIds"]))
    if errors:
        raise RuleErrors(errors)


def refuse_stronger(by: Actor, existing: Grant, path: list[str]) -> None:
    """Raises when an actor changes a role or a user with more rights: taking a permission from others is power too."""
    own = grant_of(by)
    if own is not None and not own.covers(existing):
        raise _STRONGER_THAN_OWN(path=path)


MAX_WEBSITES: Final = 100


async def validate_websites(connection: Connection, ids: Sequence[str] | None, by: Actor) -> list[int] | None:
    """Public ids of websites as they are stored: all there and reached, each once; None is every website.

    Raises `RuleErrors` with every one that is malformed, unknown or out of reach, by its place.
    """
    if ids is None:
        return None
    if not ids:
        raise _NO_WEBSITE(path=["websiteIds"])
    if len(set(ids)) > MAX_WEBSITES:
        raise _TOO_MANY_WEBSITES(path=["websiteIds"], limit=MAX_WEBSITES)
    refused, keys = CollectedErrors(), dict[str, int]()
    for place, id in zip(map(str, range(len(ids))), ids, strict=True):
        with refused.collecting():
            keys[place] = parse_input_id(id, "web", ["websiteIds", place])
    wanted = sorted(set(keys.values()))
    rows = await fetch_rows(connection, select(website.c.id).where(equals_any(website.c.id, wanted)))
    known = {row.id for row in rows if is_visible_to(by, [row.id])}
    for place, key in keys.items():
        with refused.collecting():
            if key not in known:
                raise WEBSITE_NOT_FOUND(path=["websiteIds", place])
    refused.raise_collected()
    return wanted


async def validate_grant(
    connection: Connection, permissions: Iterable[str], website_ids: Sequence[str] | None, by: Actor
) -> list[int] | None:
    """The websites as they are stored, of their public ids, for permissions that the actor may grant there.

    Raises `RuleErrors`; where the websites are wrong, the permissions are judged as for those the actor reaches.
    """
    refused = CollectedErrors()
    websites: list[int] | None = []
    with refused.collecting():
        websites = await validate_websites(connection, website_ids, by)
    with refused.collecting():
        refuse_granting_more(by, Grant(frozenset(permissions), None if websites is None else frozenset(websites)))
    refused.raise_collected()
    return websites


def validate_name(given: str, field: str = "name") -> str:
    """The name of a role or a token, as it is stored."""
    return validate_line(given, [field], MAX_NAME, required=True) or ""
