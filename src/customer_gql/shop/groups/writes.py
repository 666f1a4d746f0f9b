"""Storing customer groups, and the rules about which group a customer may be put into (docs/domain/groups.md#groups-1)."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update

from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.text import validate_line
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
    insert_rows,
)
from customer_gql.shop.websites.reads import WEBSITE_NOT_FOUND
from customer_gql.shop.websites.tables import website

from .tables import (
    IS_ASSIGNABLE,
    NOT_LOGGED_IN,
    TaxClassKind,
    customer_group,
    customer_group_excluded_website,
    customer_group_number,
    tax_class,
)

MAX_NAME: Final = 32
MAX_GROUPS: Final = 1_000
_ALL_GROUPS: Final = 32_000
"""The number that stands for all groups where other systems import prices."""
GROUP_USES: Final[list[Callable[[Connection, int], Awaitable[Sequence[str]]]]] = []
"""What upper slices use a group for: each gives the uses of one, as short texts. A group in use cannot be deleted."""

_GROUP_FOR_GUESTS: Final = Refusal(
    "customer_group.for_guests", "Choose another group; this one is for guests.", UserErrorCode.NOT_ALLOWED
)
GROUP_NOT_FOUND: Final = Refusal(
    "customer_group.not_found", "There is no such customer group.", UserErrorCode.NOT_FOUND
)
_BEING_DELETED: Final = Refusal(
    "customer_group.being_deleted", "This group is being deleted. Choose another group.", UserErrorCode.NOT_ALLOWED
)
_NAME_TAKEN: Final = Refusal(
    "customer_group.name_taken", "Another group has this name. Choose another.", UserErrorCode.TAKEN
)
_TAX_CLASS_NOT_FOUND: Final = Refusal(
    "tax_class.not_found", "There is no such tax class of customers.", UserErrorCode.NOT_FOUND
)
_TOO_MANY_GROUPS: Final = Refusal(
    "customer_group.limit_reached",
    "There are {limit} groups, the maximum. Delete one first.",
    UserErrorCode.LIMIT_REACHED,
)


async def validate_group(connection: Connection, group_id: int, path: Sequence[str]) -> int:
    """A group that a customer can belong to; it cannot be deleted until the transaction ends."""
    if group_id == NOT_LOGGED_IN:
        raise _GROUP_FOR_GUESTS(path=path)
    found = select(customer_group.c.is_being_deleted).where(customer_group.c.id == group_id)
    is_being_deleted = await fetch_value(connection, found.with_for_update(key_share=True, read=True))
    if is_being_deleted is None:
        raise GROUP_NOT_FOUND(path=path)
    if is_being_deleted:
        raise _BEING_DELETED(path=path)
    return group_id


async def lock_groups(connection: Connection, group_ids: Collection[int]) -> set[int]:
    """Those of the groups that a customer can be put into; they cannot be deleted until the transaction ends."""
    found = select(customer_group.c.id).where(equals_any(customer_group.c.id, sorted(group_ids)), IS_ASSIGNABLE)
    locked = found.order_by(customer_group.c.id).with_for_update(key_share=True, read=True)
    return {row.id for row in await fetch_rows(connection, locked)}


async def validate_default_group(connection: Connection, group_id: int) -> None:
    """The same for the value of a setting."""
    await validate_group(connection, group_id, ["value"])


async def lock_group(connection: Connection, group_id: int, *, to_delete: bool = False) -> Row:
    """The group, which nobody else changes until the transaction ends. `to_delete` keeps others from putting a customer into
    it too; a caller that locks customers as well locks them before."""
    found = select(customer_group).where(customer_group.c.id == group_id).with_for_update(key_share=not to_delete)
    locked = await fetch_one(connection, found)
    if locked is None:
        raise GROUP_NOT_FOUND(path=["id"])
    return locked


async def find_excluded_websites(connection: Connection, group_id: int) -> list[int]:
    excluded = customer_group_excluded_website.c
    rows = await fetch_rows(
        connection, select(excluded.website_id).where(excluded.group_id == group_id).order_by(excluded.website_id)
    )
    return [row.website_id for row in rows]


async def validate_group_values(
    connection: Connection,
    stored: Row | None,
    *,
    name: str | None,
    tax_class_id: int | None,
    excluded_website_ids: Sequence[int] | None,
) -> dict[str, Any]:
    """What is given, by column, and `excluded_website_ids` sorted. Raises `RuleErrors` with everything that does not fit."""
    refused, values = CollectedErrors(), dict[str, Any]()
    if name is not None:
        with refused.collecting():
            values["name"] = validate_line(name, ["name"], MAX_NAME, required=True) or ""
            await _refuse_taken_name(connection, values["name"], None if stored is None else stored.id)
    if tax_class_id is not None:
        with refused.collecting():
            values["tax_class_id"] = await _validate_tax_class(connection, tax_class_id)
    if excluded_website_ids is not None:
        with refused.collecting():
            values["excluded_website_ids"] = await _validate_websites(connection, excluded_website_ids)
    refused.raise_collected()
    return values


async def _refuse_taken_name(connection: Connection, name: str, but: int | None) -> None:
    """Of two at one time the index lets one through."""
    others = select(customer_group.c.id).where(func.lower(customer_group.c.name) == func.lower(name))
    taken = await fetch_value(connection, others if but is None else others.where(customer_group.c.id != but))
    if taken is not None:
        raise _NAME_TAKEN(path=["name"])


async def _validate_tax_class(connection: Connection, tax_class_id: int) -> int:
    kind = select(tax_class.c.kind).where(tax_class.c.id == tax_class_id)
    if await fetch_value(connection, kind) != TaxClassKind.CUSTOMER.value:
        raise _TAX_CLASS_NOT_FOUND(path=["taxClassId"])
    return tax_class_id


async def _validate_websites(connection: Connection, ids: Sequence[int]) -> list[int]:
    rows = await fetch_rows(connection, select(website.c.id).where(equals_any(website.c.id, list(ids))))
    known, refused = {row.id for row in rows}, CollectedErrors()
    for place, id in enumerate(ids):
        with refused.collecting():
            if id not in known:
                raise WEBSITE_NOT_FOUND(path=["excludedWebsiteIds", str(place)])
    refused.raise_collected()
    return sorted(known)


async def insert_group(connection: Connection, values: Mapping[str, Any], excluded: Collection[int]) -> int:
    """A new group; its number."""
    if await fetch_value(connection, select(func.count()).select_from(customer_group)) >= MAX_GROUPS:
        raise _TOO_MANY_GROUPS(limit=MAX_GROUPS)
    number = await fetch_value(connection, select(customer_group_number.next_value()))
    if number == _ALL_GROUPS:
        number = await fetch_value(connection, select(customer_group_number.next_value()))
    await execute_statement(connection, insert(customer_group).values(id=number, **values))
    await set_excluded_websites(connection, number, excluded)
    return number


async def change_group(connection: Connection, group_id: int, values: Mapping[str, Any], *, version: int) -> None:
    changed = update(customer_group).where(customer_group.c.id == group_id).values(**values, version=version)
    await execute_statement(connection, changed)


async def set_excluded_websites(connection: Connection, group_id: int, website_ids: Collection[int]) -> None:
    excluded = customer_group_excluded_website
    await execute_statement(connection, delete(excluded).where(excluded.c.group_id == group_id))
    await insert_rows(connection, excluded, [{"group_id": group_id, "website_id": id} for id in website_ids])


async def find_group_uses(connection: Connection, group_id: int) -> list[str]:
    """What keeps the group from being deleted."""
    return [use for find_uses in GROUP_USES for use in await find_uses(connection, group_id)]


async def delete_group(connection: Connection, group_id: int) -> None:
    """One without members."""
    await execute_statement(connection, delete(customer_group).where(customer_group.c.id == group_id))
