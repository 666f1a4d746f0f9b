"""What stays behind, ends or changes when accounts work on other websites than before (docs/domain/website-moves.md#website-moves-1)."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select, update

from customer_gql.commerce.carts.tables import cart
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.commerce.reward_points.tables import reward_points
from customer_gql.commerce.store_credit.tables import store_credit
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.customers.accounts.sessions.access import end_sessions_elsewhere
from customer_gql.customers.accounts.sessions.impersonations import end_impersonations_without_right
from customer_gql.customers.accounts.sessions.reach import is_group_excluded
from customer_gql.customers.newsletter.tables import SubscriptionStatus, newsletter_subscription
from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one
from customer_gql.shop.websites.tables import store, store_view

GROUP_EXCLUDED: Final = Refusal(
    "customer_group.excluded_from_website",
    "This group is excluded from the website. Choose another group.",
    UserErrorCode.NOT_ALLOWED,
)


class MoveKind(enum.StrEnum):
    STORE_CREDIT = "STORE_CREDIT"
    REWARD_POINTS = "REWARD_POINTS"
    ORDERS = "ORDERS"
    SUBSCRIPTIONS = "SUBSCRIPTIONS"
    CART = "CART"
    SESSIONS = "SESSIONS"
    MAILS = "MAILS"


class MoveEffect(enum.StrEnum):
    STAYS = "STAYS"
    ENDS = "ENDS"
    CHANGES = "CHANGES"


@dataclass(frozen=True, slots=True)
class MoveStep:
    """`count` is a number of records, or of points. `amount` is store credit in minor units of `currency`, where it is one."""

    kind: MoveKind
    effect: MoveEffect
    count: int
    message: str
    amount: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """The websites of one customer's move, and what follows from it."""

    from_id: int
    to_id: int
    steps: list[MoveStep]


@dataclass(frozen=True, slots=True)
class MoveScope:
    """One customer with the website they leave, or every account with every website but its own."""

    customer_id: int | None = None
    website_id: int | None = None

    def conditions(self, owner: ColumnElement[Any], website: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The rows of `owner` that belong to a website in the scope."""
        if self.customer_id is not None:
            return [owner == self.customer_id, website == self.website_id]
        return [customer.c.id == owner, customer.c.website_id != website]


async def find_left_records(connection: Connection, scope: MoveScope) -> list[MoveStep]:
    """What stays with its website: credit, points, orders, subscriptions. Only what there is."""
    steps = [
        await _left_credit(connection, scope),
        await _left(
            connection,
            MoveKind.REWARD_POINTS,
            select(cast(func.coalesce(func.sum(reward_points.c.balance), 0), BigInteger)).where(
                *scope.conditions(reward_points.c.customer_id, reward_points.c.website_id)
            ),
            "Points stay on their website.",
        ),
        await _left(
            connection,
            MoveKind.ORDERS,
            _of_views(sales_order, scope),
            "Orders stay with the website they were placed on, and stay visible.",
        ),
        await _left(
            connection,
            MoveKind.SUBSCRIPTIONS,
            _of_views(newsletter_subscription, scope).where(
                newsletter_subscription.c.status == SubscriptionStatus.SUBSCRIBED.value
            ),
            "Subscriptions stay; the customer can still end them.",
        ),
    ]
    return [step for step in steps if step.count]


async def _left_credit(connection: Connection, scope: MoveScope) -> MoveStep:
    found = await fetch_one(
        connection,
        select(
            func.count().label("count"),
            cast(func.coalesce(func.sum(store_credit.c.balance), 0), BigInteger).label("amount"),
            func.min(store_credit.c.currency).label("currency"),
        ).where(*scope.conditions(store_credit.c.customer_id, store_credit.c.website_id), store_credit.c.balance > 0),
    )
    assert found is not None
    amount = (found.amount, found.currency) if scope.customer_id is not None else (None, None)
    return MoveStep(MoveKind.STORE_CREDIT, MoveEffect.STAYS, found.count, "Store credit stays on its website.", *amount)


def _of_views(table: Any, scope: MoveScope) -> Select[Any]:
    """How many rows of a table with a store view are in the scope."""
    return (
        select(func.count())
        .select_from(table)
        .join(store_view, store_view.c.id == table.c.store_view_id)
        .join(store, store.c.id == store_view.c.store_id)
        .where(*scope.conditions(table.c.customer_id, store.c.website_id))
    )


async def _left(connection: Connection, kind: MoveKind, counted: Select[Any], message: str) -> MoveStep:
    found = await fetch_one(connection, counted)
    assert found is not None
    return MoveStep(kind, MoveEffect.STAYS, found[0], message)


async def end_open_carts(connection: Connection, scope: MoveScope) -> list[MoveStep]:
    """Prices and products of the cart are those of the website that it was filled on."""
    views = select(store_view.c.id).join(store).where(*scope.conditions(cart.c.customer_id, store.c.website_id))
    found = [cart.c.is_active, cart.c.store_view_id.in_(views)]
    if scope.customer_id is not None:
        found.append(cart.c.customer_id == scope.customer_id)
    ended = await execute_statement(connection, update(cart).where(*found).values(is_active=False))
    return [MoveStep(MoveKind.CART, MoveEffect.ENDS, ended, "The open cart ends.")] if ended else []


def ended_sessions(count: int) -> list[MoveStep]:
    message = "Sessions end where the account does not work any more."
    return [MoveStep(MoveKind.SESSIONS, MoveEffect.ENDS, count, message)] if count else []


def changed_mails() -> list[MoveStep]:
    message = "Mails have the texts and links of the new website's default store view."
    return [MoveStep(MoveKind.MAILS, MoveEffect.CHANGES, 1, message)]


async def finish_move(connection: Connection, account: Row, website_id: int, *, by: Actor) -> PlannedMove:
    """What follows once a locked account was stored with its new website: the open cart ends, and so do the sessions
    that the account's scope excludes."""
    scope = MoveScope(account.id, account.website_id)
    steps = await find_left_records(connection, scope)
    steps += await end_open_carts(connection, scope)
    await end_impersonations_without_right(connection, customer_id=account.id)
    is_shared = await accounts_are_shared(connection)
    steps += ended_sessions(0 if is_shared else await end_sessions_elsewhere(connection, account.id, by=by))
    return PlannedMove(account.website_id, website_id, [*steps, *changed_mails()])


async def refuse_excluded_group(
    connection: Connection, group_id: int, website_id: int, *, path: Sequence[str] = ("websiteId",)
) -> None:
    """A customer whose group is kept out of the website could not sign in."""
    if await is_group_excluded(connection, group_id, website_id):
        raise GROUP_EXCLUDED(path=path)
