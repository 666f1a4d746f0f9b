"""Tags are added and removed under the lock of their customer, so that of two changes at once neither is lost."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import delete, insert, select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.viewer import Websites
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, fetch_rows
from customer_gql.database.transactions import mark_customers

from .tables import customer_tag
from .values import MAX_TAGS, validate_tags

_TOO_MANY: Final = Refusal(
    "tag.too_many", "A customer has at most {limit} tags. Remove one first.", UserErrorCode.TOO_MANY
)


async def add_tags(
    connection: Connection, customer_id: int, given: Sequence[str], *, websites: Websites, by: Actor
) -> list[str]:
    """The tags that the customer did not have. One that is there, in whatever spelling, stays as it is."""
    customer = await lock_customer(connection, customer_id, websites=websites, path=["customerId"])
    wanted = validate_tags(given, "tags")
    stored = await _read_tags(connection, customer_id)
    added = {fold: tag for fold, tag in wanted.items() if fold not in stored}
    if not added:
        return []
    refusal = find_tag_refusal(len(stored), len(added))
    if refusal is not None:
        raise refusal.at(["tags"])
    rows = [{"customer_id": customer_id, "fold": fold, "tag": tag} for fold, tag in added.items()]
    await execute_statement(connection, insert(customer_tag).values(rows))
    await _record_tags_change(connection, customer, stored, {**stored, **added}, by)
    return list(added.values())


def find_tag_refusal(count: int, added: int = 1) -> RuleError | None:
    """What forbids so many more tags of a customer who has `count`."""
    return _TOO_MANY(limit=MAX_TAGS) if count + added > MAX_TAGS else None


async def remove_tags(
    connection: Connection, customer_id: int, given: Sequence[str], *, websites: Websites, by: Actor
) -> list[str]:
    """The tags that the customer had. One that is not there is removed already."""
    customer = await lock_customer(connection, customer_id, websites=websites, path=["customerId"])
    unwanted = validate_tags(given, "tags")
    stored = await _read_tags(connection, customer_id)
    removed = {fold: tag for fold, tag in stored.items() if fold in unwanted}
    if not removed:
        return []
    await execute_statement(
        connection,
        delete(customer_tag).where(
            customer_tag.c.customer_id == customer_id, equals_any(customer_tag.c.fold, list(removed))
        ),
    )
    left = {fold: tag for fold, tag in stored.items() if fold not in removed}
    await _record_tags_change(connection, customer, stored, left, by)
    return list(removed.values())


async def _read_tags(connection: Connection, customer_id: int) -> dict[str, str]:
    """By fold."""
    rows = await fetch_rows(
        connection,
        select(customer_tag.c.fold, customer_tag.c.tag)
        .where(customer_tag.c.customer_id == customer_id)
        .order_by(customer_tag.c.fold),
    )
    return {row.fold: row.tag for row in rows}


async def _record_tags_change(
    connection: Connection, customer: Row, before: Mapping[str, str], after: Mapping[str, str], by: Actor
) -> None:
    mark_customers(connection, [customer.id], customer_tag)
    changes = {"tags": (_in_order(before), _in_order(after))}
    await record_customer_event(
        connection, customer.id, kind="TAGS_CHANGED", version=customer.version, by=by, changes=changes
    )


def _in_order(tags: Mapping[str, str]) -> Collection[str]:
    return [tags[fold] for fold in sorted(tags)]
