"""Permissions and websites of an actor, who cannot grant more than these (docs/domain/roles.md#roles-3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.errors import RuleError, RuleErrors, UserErrorCode
from customer_gql.core.text import validate_line
from customer_gql.core.values.person_names import MAX_NAME
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection, equals_any, fetch_rows
from customer_gql.shop.websites.tables import website


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
        message = f"Your own role lacks {', '.join(missing)}. Leave it out, or ask an administrator who has it."
        errors.append(RuleError(message, path=["permissions"], code=UserErrorCode.NOT_ALLOWED))
    if not own.reaches(wanted.websites):
        message = "Your own role does not reach all of these websites."
        errors.append(RuleError(message, path=["websiteIds"], code=UserErrorCode.NOT_ALLOWED))
    if errors:
        raise RuleErrors(errors)


def refuse_stronger(by: Actor, existing: Grant, path: list[str]) -> None:
    """Raises when an actor changes a role or a user with more rights: taking a permission from others is power too."""
    own = grant_of(by)
    if own is not None and not own.covers(existing):
        raise RuleError(
            "Its permissions or websites exceed your own. Ask an administrator who has them.",
            path=path,
            code=UserErrorCode.NOT_ALLOWED,
        )


MAX_WEBSITES: Final = 100


async def validate_websites(connection: Connection, ids: Iterable[int] | None, by: Actor) -> list[int] | None:
    """The websites as they are stored: all there and reached, each once; None is every website."""
    if ids is None:
        return None
    wanted = sorted(set(ids))
    if not wanted:
        raise RuleError(
            "Name at least one website, or use null for all.", path=["websiteIds"], code=UserErrorCode.REQUIRED
        )
    if len(wanted) > MAX_WEBSITES:
        raise RuleError(
            f"There are too many websites. Use at most {MAX_WEBSITES}, or null for all.",
            path=["websiteIds"],
            code=UserErrorCode.TOO_MANY,
        )
    known = await fetch_rows(connection, select(website.c.id).where(equals_any(website.c.id, wanted)))
    if len(known) != len(wanted) or not is_visible_to(by, wanted):
        raise RuleError("There is no such website.", path=["websiteIds"], code=UserErrorCode.NOT_FOUND)
    return wanted


def validate_name(given: str, field: str = "name") -> str:
    """The name of a role or a token, as it is stored."""
    return validate_line(given, [field], MAX_NAME, required=True) or ""
