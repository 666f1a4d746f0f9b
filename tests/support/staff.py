"""Websites, roles and staff as tests need them."""

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, insert

from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.text import sort_key
from customer_gql.database.statements import Connection, execute_statement
from customer_gql.messaging.mail.tables import mail_outbox
from customer_gql.security import hashing, tokens
from customer_gql.security.passwords import store_password
from customer_gql.shop.websites.tables import store, store_view, website
from customer_gql.staff.sign_in.sign_in import passwords, sessions
from customer_gql.staff.tables import SignedInBy, staff_password, staff_role, staff_user
from support.clients import Client
from support.mailed import newest_token

SIGN_IN = """mutation S($input: StaffSignInInput!) { staffSignIn(input: $input) {
  token expiresAt staffUser { id email } userErrors { code message path } } }"""
PASSWORD = "correct horse battery staple"


async def make_website(connection: Connection) -> int:
    """A website with one store and one store view, all of one id."""
    id = new_id()
    code = uuid.uuid4().hex
    await execute_statement(connection, insert(website).values(id=id, code=code, name="Other", currency="EUR"))
    await execute_statement(
        connection, insert(store).values(id=id, website_id=id, code=code, name="Other", is_default=True)
    )
    await execute_statement(
        connection, insert(store_view).values(id=id, store_id=id, code=code, name="Other", is_default=True)
    )
    return id


async def make_dead_mail(connection: Connection, **given: Any) -> int:
    id = uuid.uuid4().int % (2**62)
    values = {"id": id, "template": "welcome", "recipient": "a@example.com", "placeholders": "{}", **given}
    await execute_statement(connection, insert(mail_outbox).values(**values, dead_at=func.now()))
    return id


async def make_role(
    connection: Connection, permissions: Iterable[str] = ALL_PERMISSIONS, website_ids: list[int] | None = None
) -> int:
    id = uuid.uuid4().int % (2**31)
    values = {"id": id, "name": uuid.uuid4().hex, "permissions": sorted(permissions), "website_ids": website_ids}
    values["name_sort_key"] = sort_key(str(values["name"]))
    await execute_statement(connection, insert(staff_role).values(**values))
    return id


async def make_staff(connection: Connection, role_id: int, *, password: str | None = None) -> Any:
    """The row of a staff user."""
    id = uuid.uuid4().int % (2**62)
    email = f"{uuid.uuid4().hex}@staff.example.com"
    await execute_statement(
        connection, insert(staff_user).values(id=id, email=email, name="Grace", name_sort_key="grace", role_id=role_id)
    )
    if password is not None:
        await store_password(connection, staff_password, id, await hashing.hash_password(password))
    return await passwords.find_active_staff(connection, email)


async def session_of(connection: Connection, staff_id: int) -> str:
    return (await sessions.start_staff_session(connection, staff_id, by=SignedInBy.COMMAND_LINE)).access_token


async def staff_client(
    http: Any,
    connection: Connection,
    permissions: Iterable[str] = ALL_PERMISSIONS,
    website_ids: list[int] | None = None,
) -> Client:
    user = await make_staff(connection, await make_role(connection, permissions, website_ids))
    return Client(http, "/admin/graphql", await session_of(connection, user.id))


async def staff_id_of(connection: Connection, client: Client) -> str:
    statement = "SELECT staff_id FROM staff_session WHERE token_hash = $1"
    found: Any = await connection.fetchval(statement, tokens.hash_token(client.token or ""))
    return encode_id("stf", found)


async def sign_in(client: Client, email: str, password: str, totp: str | None = None) -> dict[str, Any]:
    return (await client.data(SIGN_IN, input={"email": email, "password": password, "totp": totp}))["staffSignIn"]


def with_token(client: Client, token: str) -> Client:
    return Client(client.http, "/admin/graphql", token)


async def events(connection: Connection, staff_id: int) -> list[tuple[str, str]]:
    """Kind and actor of what was done to a staff user."""
    rows = await connection.fetch(
        "SELECT kind, actor FROM staff_event WHERE subject = $1 ORDER BY id", encode_id("stf", staff_id)
    )
    return [(row["kind"], row["actor"]) for row in rows]


async def mails_to(connection: Connection, user: Any) -> list[str]:
    """The kinds of mail that a staff user was sent, oldest first."""
    rows = await connection.fetch("SELECT template FROM mail_outbox WHERE recipient = $1 ORDER BY id", user.email)
    return [row["template"] for row in rows]


async def mailed_token(connection: Connection, user: Any, template: str) -> str:
    """The token of the newest link of this kind that was mailed to a staff user."""
    return await newest_token(connection, user.email, template) or ""
