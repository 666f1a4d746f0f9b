"""What forbids the deletion of a customer, what speaks against it, and what becomes of the records
(docs/domain/account-deletion.md#account-deletion-7)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, bindparam, cast, func, literal_column, select, union_all

from customer_gql.commerce.carts.tables import cart
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.commerce.reviews.tables import review
from customer_gql.commerce.reward_points.tables import reward_points
from customer_gql.commerce.store_credit.tables import store_credit
from customer_gql.commerce.wishlists.tables import wishlist
from customer_gql.core.errors import Refusal
from customer_gql.customers.accounts.tables import customer_session
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.companies.tables import company_member
from customer_gql.customers.history.tables import customer_event
from customer_gql.customers.newsletter.tables import newsletter_subscription
from customer_gql.customers.notes.tables import customer_note
from customer_gql.customers.profile.values.validation import IS_COMPANY_ADMIN, is_company_admin
from customer_gql.customers.tags.tables import customer_tag
from customer_gql.database.statements import AnySelect, Connection, Row, compile_statement, fetch_rows
from customer_gql.messaging.mail.tables import mail_outbox

_CLOSED: Final = (OrderState.COMPLETE, OrderState.CLOSED, OrderState.CANCELED)


class DeletionBlockerKind(enum.StrEnum):
    COMPANY_ADMIN_REQUIRES_SUCCESSOR = "COMPANY_ADMIN_REQUIRES_SUCCESSOR"


class DeletionWarningKind(enum.StrEnum):
    OPEN_ORDERS = "OPEN_ORDERS"
    CREDIT_LEFT = "CREDIT_LEFT"
    POINTS_LEFT = "POINTS_LEFT"


class DeletionRecordKind(enum.StrEnum):
    ADDRESSES = "ADDRESSES"
    CARTS = "CARTS"
    WISHLISTS = "WISHLISTS"
    SUBSCRIPTIONS = "SUBSCRIPTIONS"
    SESSIONS = "SESSIONS"
    NOTES = "NOTES"
    TAGS = "TAGS"
    MEMBERSHIPS = "MEMBERSHIPS"
    ORDERS = "ORDERS"
    REVIEWS = "REVIEWS"
    STORE_CREDIT = "STORE_CREDIT"
    REWARD_POINTS = "REWARD_POINTS"
    HISTORY = "HISTORY"
    MAILS = "MAILS"


class DeletionEffect(enum.StrEnum):
    KEPT = "KEPT"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class DeletionWarning:
    kind: DeletionWarningKind
    count: int


@dataclass(frozen=True, slots=True)
class DeletionRecord:
    kind: DeletionRecordKind
    effect: DeletionEffect
    count: int


@dataclass(frozen=True, slots=True)
class DeletionConsequences:
    """Of one customer; kinds without a record are left out."""

    warnings: list[DeletionWarning]
    records: list[DeletionRecord]


_OWNER: Final[Any] = bindparam("customer_id", type_=BigInteger())
_EFFECTS: Final[Mapping[DeletionRecordKind, tuple[Any, DeletionEffect]]] = {
    DeletionRecordKind.ADDRESSES: (address, DeletionEffect.DELETED),
    DeletionRecordKind.CARTS: (cart, DeletionEffect.DELETED),
    DeletionRecordKind.WISHLISTS: (wishlist, DeletionEffect.DELETED),
    DeletionRecordKind.SUBSCRIPTIONS: (newsletter_subscription, DeletionEffect.DELETED),
    DeletionRecordKind.SESSIONS: (customer_session, DeletionEffect.DELETED),
    DeletionRecordKind.NOTES: (customer_note, DeletionEffect.DELETED),
    DeletionRecordKind.TAGS: (customer_tag, DeletionEffect.DELETED),
    DeletionRecordKind.MEMBERSHIPS: (company_member, DeletionEffect.DELETED),
    DeletionRecordKind.ORDERS: (sales_order, DeletionEffect.KEPT),
    DeletionRecordKind.REVIEWS: (review, DeletionEffect.KEPT),
    DeletionRecordKind.STORE_CREDIT: (store_credit, DeletionEffect.KEPT),
    DeletionRecordKind.REWARD_POINTS: (reward_points, DeletionEffect.KEPT),
    DeletionRecordKind.HISTORY: (customer_event, DeletionEffect.KEPT),
    DeletionRecordKind.MAILS: (mail_outbox, DeletionEffect.KEPT),
}


def _counted(
    kind: enum.StrEnum, table: Any, *where: ColumnElement[bool], count: ColumnElement[Any] | None = None
) -> AnySelect:
    number = func.count() if count is None else cast(func.coalesce(func.sum(count), 0), BigInteger)
    return (
        select(literal_column(f"'{kind.value}'").label("kind"), number.label("total"))
        .select_from(table)
        .where(table.c.customer_id == _OWNER, *where)
    )


_WARNINGS: Final = compile_statement(
    union_all(
        _counted(
            DeletionWarningKind.OPEN_ORDERS,
            sales_order,
            sales_order.c.state.not_in([literal_column(f"'{state.value}'") for state in _CLOSED]),
        ),
        _counted(DeletionWarningKind.CREDIT_LEFT, store_credit, store_credit.c.balance > literal_column("0")),
        _counted(DeletionWarningKind.POINTS_LEFT, reward_points, count=reward_points.c.balance),
    )
)
_RECORDS: Final = compile_statement(union_all(*[_counted(kind, table) for kind, (table, _) in _EFFECTS.items()]))


def find_deletion_blocker(account: Row) -> tuple[DeletionBlockerKind, Refusal] | None:
    """What forbids the deletion, and what it is refused with."""
    if is_company_admin(account):
        return DeletionBlockerKind.COMPANY_ADMIN_REQUIRES_SUCCESSOR, IS_COMPANY_ADMIN
    return None


async def read_deletion_consequences(connection: Connection, customer_id: int) -> DeletionConsequences:
    """Of a customer who is still there."""
    warned = await _read_counts(connection, _WARNINGS, customer_id)
    found = await _read_counts(connection, _RECORDS, customer_id)
    return DeletionConsequences(
        [DeletionWarning(kind, warned[kind.value]) for kind in DeletionWarningKind if warned[kind.value]],
        [
            DeletionRecord(kind, effect, found[kind.value])
            for kind, (_, effect) in _EFFECTS.items()
            if found[kind.value]
        ],
    )


async def _read_counts(connection: Connection, statement: Any, customer_id: int) -> dict[str, int]:
    return {row.kind: row.total for row in await fetch_rows(connection, statement, customer_id=customer_id)}
