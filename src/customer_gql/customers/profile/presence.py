"""Now online: who signed in, signed up or changed a cart lately (docs/domain/presence.md#presence-1). Page views do not count.

A visitor is told by the header `X-Visitor`: 22 to 64 characters of `A-Z a-z 0-9 _ -`, made at random by the storefront
and kept in the browser. It opens nothing; only its hash is stored.

Mutations of a cart call `record_activity(info.context)` once they have committed, for customers and guests alike:

    async with info.context.transaction() as connection:
        await writes.add(connection, ...)
    presence.record_activity(info.context)

It only queues: the answer neither waits for the write nor fails with it.
"""

import datetime as dt
from functools import cache, partial
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.clock import read_clock
from customer_gql.core.ids import new_id
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection, Statement, compile_statement, delete_rows, execute_statement
from customer_gql.database.transactions import mark_customers, transaction
from customer_gql.graph.context import Context
from customer_gql.security.tokens import hash_token

from .tables import customer_activity as activity, visitor


def record_sign_in(context: Context, customer_id: int) -> None:
    """The visitor, if the browser was one, is a customer from here on."""
    now = read_clock()
    _record_moments(context, customer_id, last_sign_in_at=now, last_activity_at=now, last_url=context.caller.page)
    for seen_by in filter(None, (context.caller.visitor, context.cart_token)):
        token_hash = hash_token(seen_by)
        context.later(("visitor", token_hash), partial(_delete_visitor, token_hash=token_hash))


def record_sign_up(context: Context, customer_id: int) -> None:
    _record_moments(context, customer_id, last_activity_at=read_clock(), last_url=context.caller.page)


def record_sign_out(context: Context, customer_id: int) -> None:
    _record_moments(context, customer_id, last_sign_out_at=read_clock())


def record_activity(context: Context, *, cart_token: str | None = None) -> None:
    """The viewer did something that counts, as changing a cart. Staff acting as the customer do not. A guest without the header
    of visitors is told by the token of the cart."""
    viewer, now = context.viewer, read_clock()
    seen_by = context.caller.visitor or cart_token
    if viewer.kind is ViewerKind.CUSTOMER and viewer.customer_id and not viewer.is_impersonated:
        _record_moments(context, viewer.customer_id, last_activity_at=now, last_url=context.caller.page)
    elif viewer.kind is ViewerKind.GUEST and seen_by:
        token_hash = hash_token(seen_by)
        seen = partial(_store_visitor, token_hash=token_hash, now=now, page=context.caller.page)
        context.later(("visitor", token_hash), seen)


def _record_moments(context: Context, customer_id: int, **moments: Any) -> None:
    # Keyed by what is written: a sign-out must not replace a sign-in that still waits.
    context.later(("seen", customer_id, *moments), partial(_store_moments, customer_id=customer_id, moments=moments))


async def _store_moments(connection: Connection, *, customer_id: int, moments: dict[str, Any]) -> None:
    async with transaction(connection):
        statement = _put_statement(activity, "customer_id", tuple(moments))
        await execute_statement(connection, statement, customer_id=customer_id, **moments)
        mark_customers(connection, [customer_id], activity)


async def _store_visitor(connection: Connection, *, token_hash: bytes, now: dt.datetime, page: str | None) -> None:
    statement = _put_statement(visitor, "token_hash", ("last_activity_at", "last_url"), ("id",))
    moments = {"last_activity_at": now, "last_url": page}
    await execute_statement(connection, statement, token_hash=token_hash, id=new_id(), **moments)


@cache
def _put_statement(into: Table, key: str, names: tuple[str, ...], kept: tuple[str, ...] = ()) -> Statement:
    """Stores these columns, whether there is a row of the key or not; `kept` are those of a new row alone."""
    put = upsert(into).values({name: bindparam(name, type_=into.c[name].type) for name in (key, *kept, *names)})
    changed = {name: put.excluded[name] for name in names}
    return compile_statement(put.on_conflict_do_update(index_elements=[key], set_=changed))


async def _delete_visitor(connection: Connection, *, token_hash: bytes) -> None:
    await delete_rows(connection, visitor, {"token_hash": token_hash})
