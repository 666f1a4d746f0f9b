"""Writes by hand: the rows that the service writes, in one transaction with as few statements as they need.

Rows derived from others (the grid, the change feed) are brought up to date by the statements of the service. Left out are its
budgets for mails, settings, judgements of values, and retries.
"""

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from argon2 import PasswordHasher
from floor_rows import fetch_rows

from customer_gql.commerce.store_credit.tables import store_credit
from customer_gql.core.ids import decode_id, encode_id, new_id
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.profile.tables import customer, customer_activity
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.database.transactions import mark_customers
from customer_gql.security import hashing
from customer_gql.security.hashing import HashingPool
from customer_gql.security.tokens import CUSTOMER, DEVICE, EMAIL_UNDO, PASSWORD_RESET, REFRESH, hash_token, new_token
from customer_gql.staff.reads import viewers_by_token

_HASHER: Final = PasswordHasher(time_cost=hashing.PASSES, memory_cost=hashing.MEMORY_KIB, parallelism=1)
_POOL: Final = HashingPool(hashing.CORES)
_LOCK: Final = "SELECT * FROM customer WHERE id = $1 FOR NO KEY UPDATE"
_HISTORY: Final = """INSERT INTO customer_event (customer_id, id, version, created_at, kind, actor, actor_id, changes)
SELECT c, i, v, clock_timestamp(), $4, $5, $6, x FROM unnest($1::bigint[], $2::bigint[], $3::int[], $7::jsonb[]) AS n(c, i, v, x)"""
_EVENT: Final = """INSERT INTO domain_event
(id, type, subject, changed_fields, customer_id, website_id, version, occurred_at, actor, actor_id)
SELECT i, t, s, $6, c, $7, v, clock_timestamp(), $8, $9
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::text[]) AS n(i, s, c, v, t)"""
_MAIL: Final = """INSERT INTO mail_outbox (id, template, recipient, recipient_key, customer_id, store_view_id, placeholders, secrets,
secrets_expire_at) SELECT i, t, r, r, $4, $5, '{}', '{}', now() + interval '1 day' FROM unnest($1::bigint[], $2::text[], $3::text[]) AS n(i, t, r)"""
_CLAIM: Final = """INSERT INTO customer_email (email_normalised, scope, customer_id) VALUES ($1, $2, $3)
ON CONFLICT (email_normalised, scope) DO UPDATE SET customer_id = excluded.customer_id, reserved_until = NULL
WHERE customer_email.reserved_until < now()"""
_SESSION_ENDS: Final = [
    f"DELETE FROM {name} WHERE customer_id = $1"
    for name in ("customer_password", "customer_session", "customer_refresh_token", "customer_token", "login_code")
]
_TOKEN: Final = """INSERT INTO customer_token (token_hash, idle_seconds, idle_until, expires_at, customer_id, session_id, website_id)
VALUES ($1, 3600, now() + interval '1 hour', now() + interval '1 day', $2, $3, 1)"""
_REFRESH: Final = (
    "INSERT INTO customer_refresh_token (token_hash, customer_id, session_id, expires_at) VALUES ($1, $2, $3, $4)"
)
_THROTTLE: Final = """INSERT INTO throttle (key_hash, count, until) VALUES ($1, 1, now() + interval '5 minutes')
ON CONFLICT (key_hash) DO UPDATE SET count = throttle.count + 1, until = excluded.until"""


async def find_staff(connection: Connection, token: str) -> int:
    [found] = await fetch_rows(connection, viewers_by_token, [hash_token(token)])
    assert "customers.write" in found["permissions"]
    return found["id"]


async def _fetch_one(connection: Connection, statement: str, *values: Any) -> Any:
    return await connection.fetchrow(statement, *values)


async def _tell(
    connection: Connection,
    told: list[tuple[int, int, dict[str, Any]]],
    kind: str,
    types: tuple[str, ...],
    by: tuple[str, int | None],
    fields: list[str],
) -> None:
    """History and events of customers: id, version and changes of each, and an event of each type."""
    ids, versions = [id for id, *_ in told], [version for _, version, _ in told]
    changes = [json.dumps(changed) for *_, changed in told]
    await connection.execute(_HISTORY, ids, [new_id() for _ in told], versions, kind, *by, changes)
    if not types:
        return
    events = [(id, version, name) for id, version, _ in told for name in types]
    ids, versions, names = map(list, zip(*events, strict=True))
    subjects, numbers = [encode_id("cus", id) for id in ids], [new_id() for _ in events]
    await connection.execute(_EVENT, numbers, subjects, ids, versions, names, fields, 1, *by)


async def edit_tax_number(connection: Connection, given: dict[str, Any], staff: int | None) -> None:
    id, number = decode_id(given["id"], "cus"), given["taxVatNumber"]
    before = await _fetch_one(connection, _LOCK, id)
    changed = "UPDATE customer SET tax_vat_number = $2, version = version + 1, updated_at = now() WHERE id = $1"
    await connection.execute(changed, id, number)
    mark_customers(connection, [id], customer, ["tax_vat_number", "version", "updated_at"])
    told = {"taxVatNumber": [before["tax_vat_number"], number]}
    await _tell(
        connection, [(id, before["version"] + 1, told)], "EDITED", ("customer.updated",), ("STAFF", staff), [*told]
    )


async def edit_email(connection: Connection, given: dict[str, Any], staff: int | None) -> None:
    id, email = decode_id(given["id"], "cus"), given["email"]
    before = await _fetch_one(connection, _LOCK, id)
    await connection.execute(_CLAIM, email, before["website_id"], id)
    reserve = "UPDATE customer_email SET reserved_until = now() + interval '30 days' WHERE email_normalised = $1 AND customer_id = $2"
    await connection.execute(reserve, before["email"], id)
    changed = "UPDATE customer SET email = $2, version = version + 1, updated_at = now(), email_verified_at = NULL WHERE id = $1"
    await connection.execute(changed, id, email)
    mark_customers(connection, [id], customer, ["email", "version", "updated_at"])
    told = {"email": [before["email"], email]}
    await _tell(
        connection,
        [(id, before["version"] + 1, told)],
        "EDITED",
        ("customer.updated", "customer.email_changed"),
        ("STAFF", staff),
        [*told],
    )
    ordered = (connection, [(id, before["version"] + 1, {})], "PASSWORD_RESET_REQUESTED", (), ("STAFF", staff), [])
    await _tell(*ordered)
    for statement in _SESSION_ENDS:
        await connection.execute(statement, id)
    undo = """INSERT INTO email_change_undo (token_hash, customer_id, email, is_email_confirmed, expires_at)
    VALUES ($1, $2, $3, true, now() + interval '3 days')"""
    await connection.execute(undo, hash_token(new_token(EMAIL_UNDO)), id, before["email"])
    reset = "INSERT INTO password_reset (token_hash, customer_id, email_hash, expires_at) VALUES ($1, $2, $3, now() + interval '1 hour')"
    await connection.execute(reset, hash_token(new_token(PASSWORD_RESET)), id, hash_token(email))
    kinds = ["email_changed", "password_reset"]
    await connection.execute(_MAIL, [new_id(), new_id()], kinds, [before["email"], email], id, 1)


async def create_address(connection: Connection, given: dict[str, Any], staff: int | None) -> None:
    id = decode_id(given["customerId"], "cus")
    before = await _fetch_one(connection, _LOCK, id)
    count = await connection.fetchval("SELECT count(*) FROM address WHERE customer_id = $1", id)
    assert count < 100_000
    values = [
        given[name] for name in ("firstName", "lastName", "street", "city", "postcode", "countryCode", "telephone")
    ]
    stored = """INSERT INTO address (customer_id, id, first_name, last_name, street, city, postcode, country_code, telephone)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
    await connection.execute(stored, id, new_id(), *values)
    await connection.execute("UPDATE customer SET version = version + 1, updated_at = now() WHERE id = $1", id)
    mark_customers(connection, [id], address)
    mark_customers(connection, [id], customer, ["version", "updated_at"])
    told = {"addresses": [None, values]}
    await _tell(
        connection,
        [(id, before["version"] + 1, told)],
        "ADDRESS_ADDED",
        ("customer.updated",),
        ("STAFF", staff),
        [*told],
    )


async def adjust_credit(connection: Connection, given: dict[str, Any], staff: int | None) -> None:
    id, cents = decode_id(given["id"], "cus"), round(float(given["amount"]) * 100)
    before = await _fetch_one(connection, _LOCK, id)
    known = "SELECT 1 FROM store_credit_entry WHERE customer_id = $1 AND idempotency_key = $2"
    assert not await connection.fetchval(known, id, given["idempotencyKey"])
    add = """INSERT INTO store_credit AS s (customer_id, website_id, balance, currency) VALUES ($1, 1, $2, 'EUR')
    ON CONFLICT (customer_id, website_id) DO UPDATE SET balance = s.balance + $2, updated_at = clock_timestamp() RETURNING balance"""
    balance = await connection.fetchval(add, id, cents)
    entry = """INSERT INTO store_credit_entry (customer_id, id, website_id, action, amount, balance_after, currency, actor, actor_id,
    idempotency_key, created_at) VALUES ($1, $2, 1, 'UPDATED', $3, $4, 'EUR', 'STAFF', $5, $6, clock_timestamp())"""
    await connection.execute(entry, id, new_id(), cents, balance, staff, given["idempotencyKey"])
    mark_customers(connection, [id], store_credit)
    told = {"storeCredit": [balance - cents, balance]}
    await _tell(
        connection, [(id, before["version"], told)], "CREDIT_ADJUSTED", ("customer.updated",), ("STAFF", staff), [*told]
    )


async def assign_group(connection: Connection, given: dict[str, Any], staff: int | None) -> None:
    ids, group = sorted(decode_id(id, "cus") for id in given["selection"]["ids"]), decode_id(given["groupId"], "grp")
    job = new_id()
    started = """INSERT INTO job_run (id, kind, work, status, error_policy, actor, actor_id, permissions, operation, total_count, done_count)
    VALUES ($1, 'MASS_ACTION', 'by hand', 'DONE', 'SKIP', 'STAFF', $2, '{}', 'by hand', $3, $3)"""
    await connection.execute(started, job, staff, len(ids))
    await connection.execute("INSERT INTO job_part (job_id, first_line, customer_ids) VALUES ($1, 1, $2)", job, ids)
    begins = "UPDATE job_run SET started_at = now(), leased_until = now() + interval '20 s' WHERE id = $1"
    await connection.execute(begins, job)
    locked = await connection.fetch(
        "SELECT id, group_id FROM customer WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", ids
    )
    changed = """UPDATE customer SET group_id = $2, version = version + 1, updated_at = now() WHERE id = ANY($1)
    RETURNING id, version"""
    rows = await connection.fetch(changed, ids, group)
    mark_customers(connection, ids, customer, ["group_id", "version", "updated_at"])
    before = {row["id"]: row["group_id"] for row in locked}
    told = [(row["id"], row["version"], {"groupId": [before[row["id"]], group]}) for row in rows]
    await _tell(
        connection, told, "EDITED", ("customer.updated", "customer.group_changed"), ("STAFF", staff), ["groupId"]
    )
    await connection.execute(
        "INSERT INTO job_row (job_id, line, customer_id, outcome) SELECT $1, place, id, 'DONE' "
        "FROM unnest($2::bigint[]) WITH ORDINALITY AS given(id, place)",
        *(job, ids),
    )
    await connection.execute("UPDATE job_run SET finished_at = clock_timestamp() WHERE id = $1", job)


async def sign_in(connection: Connection, given: dict[str, Any], _staff: int | None) -> dict[str, str]:
    account = await _fetch_one(
        connection,
        "SELECT c.*, p.hash FROM customer_email e JOIN customer c ON c.id = e.customer_id "
        "JOIN customer_password p ON p.customer_id = c.id WHERE e.email_normalised = $1 AND e.scope = 1 FOR NO KEY UPDATE OF c",
        given["email"],
    )
    throttled = hash_token(given["email"])
    await connection.execute(_THROTTLE, throttled)
    await _POOL.run(lambda: _HASHER.verify(account["hash"], given["password"]))
    await connection.execute("DELETE FROM throttle WHERE key_hash = $1", throttled)
    id, session, until = account["id"], new_id(), dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    start = "INSERT INTO customer_session (customer_id, id, website_id, expires_at) VALUES ($1, $2, 1, $3)"
    await connection.execute(start, id, session, until)
    access, refresh = await _issue(connection, id, session, until)
    device = "INSERT INTO known_device (token_hash, identity, owner_id, expires_at) VALUES ($1, 'customer', $2, $3)"
    await connection.execute(device, hash_token(new_token(DEVICE)), id, until)
    activity = """INSERT INTO customer_activity (customer_id, last_sign_in_at, last_activity_at) VALUES ($1, now(), now())
    ON CONFLICT (customer_id) DO UPDATE SET last_sign_in_at = now(), last_activity_at = now()"""
    await connection.execute(activity, id)
    mark_customers(connection, [id], customer_activity, ["last_sign_in_at", "last_activity_at"])
    await _tell(connection, [(id, account["version"], {})], "SIGNED_IN", ("customer.signed_in",), ("CUSTOMER", id), [])
    return {"accessToken": access, "refreshToken": refresh}


async def _issue(connection: Connection, id: int, session: int, until: dt.datetime) -> tuple[str, str]:
    access, refresh = new_token(CUSTOMER), new_token(REFRESH)
    await connection.execute(_TOKEN, hash_token(access), id, session)
    await connection.execute(_REFRESH, hash_token(refresh), id, session, until)
    return access, refresh


async def refresh_token(connection: Connection, given: dict[str, Any], _staff: int | None) -> dict[str, str]:
    presented = hash_token(given["refreshToken"])
    current = await _fetch_one(
        connection,
        "SELECT s.customer_id, s.id, s.expires_at, r.used_at FROM customer_refresh_token r "
        "JOIN customer_session s ON s.customer_id = r.customer_id AND s.id = r.session_id WHERE r.token_hash = $1 FOR UPDATE OF s",
        presented,
    )
    assert current["used_at"] is None
    owner = current["customer_id"], current["id"]
    await connection.execute("DELETE FROM customer_token WHERE customer_id = $1 AND session_id = $2", *owner)
    await connection.execute(
        "UPDATE customer_session SET last_used_at = now() WHERE customer_id = $1 AND id = $2", *owner
    )
    access, refresh = await _issue(connection, *owner, current["expires_at"])
    await connection.execute("UPDATE customer_refresh_token SET used_at = now() WHERE token_hash = $1", presented)
    return {"accessToken": access, "refreshToken": refresh}


async def sign_up(connection: Connection, given: dict[str, Any], _staff: int | None) -> None:
    made, id, email = await _POOL.run(lambda: _HASHER.hash(given["password"])), new_id(), given["email"]
    stored = """INSERT INTO customer (id, number, email, first_name, last_name, website_id, created_in_store_view_id, group_id)
    VALUES ($1, nextval('customer_number_seq'), $2, $3, $4, 1, 1, 1)"""
    await connection.execute(stored, id, email, given["firstName"], given["lastName"])
    await connection.execute(_CLAIM, email, 1, id)
    await connection.execute("INSERT INTO customer_password (customer_id, hash) VALUES ($1, $2)", id, made)
    activity = "INSERT INTO customer_activity (customer_id, last_activity_at) VALUES ($1, now())"
    await connection.execute(activity, id)
    mark_customers(connection, [id], customer)
    mark_customers(connection, [id], customer_activity, ["last_sign_in_at", "last_activity_at"])
    await connection.execute(_MAIL, [new_id()], ["welcome"], [email], id, 1)
    await _tell(connection, [(id, 1, {})], "REGISTERED", ("customer.created",), ("CUSTOMER", id), [])


Write = Callable[[Connection, dict[str, Any], int | None], Awaitable[dict[str, str] | None]]
WRITES: Final[dict[str, Write]] = {
    "sign-in": sign_in,
    "token-refresh": refresh_token,
    "sign-up": sign_up,
    "quick-edit": edit_tax_number,
    "email-edit": edit_email,
    "address-create": create_address,
    "credit-adjust": adjust_credit,
    "mass-action-100": assign_group,
}


async def write_by_hand(database: Database, name: str, given: dict[str, Any], token: str | None) -> dict[str, Any]:
    staff = None
    if token is not None:
        async with database.reads.acquire() as connection:
            staff = await find_staff(connection, token)
    async with database.transaction() as connection:
        answer = await WRITES[name](connection, given, staff)
    return {"data": {"payload": {"userErrors": [], **(answer or {})}}}
