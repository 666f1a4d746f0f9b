"""A shop on a database of its own, because delivery takes every mail that is due, and a real mail server."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any, cast

import httpx
import pytest
from aiosmtpd.smtp import SMTP

from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.work import Tools
from customer_gql.settings import Settings, load_settings
from customer_gql.staff import writes as staff
from support.clients import served
from support.mailed import SECRET_KEYS


@dataclass(eq=False)
class Inbox:
    """What a mail server took; `rcpt` and `data` are what it answers instead of taking a mail.

    `faults` are what it does at a recipient: `hang`, `close`, or an answer.
    """

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    rcpt: str | None = None
    faults: dict[str, str] = field(default_factory=dict)
    closes_after_refusal: bool = False
    data: Callable[[bytes], str | None] = lambda _content: None
    slow: float = 0

    async def handle_RCPT(  # noqa: N802 - the name the server looks for
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        fault = self.faults.get(address)
        if fault == "hang":
            await asyncio.Event().wait()
        if fault == "close":
            server.transport.close()
        if fault is not None and self.closes_after_refusal:
            asyncio.get_running_loop().call_soon(server.transport.close)
        if fault is not None:
            return fault
        if self.rcpt is not None:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name the server looks for
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        await asyncio.sleep(self.slow)
        refusal = self.data(envelope.content)
        if refusal is None:
            self.raw.append(envelope.content)
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
            self.messages.append(cast("EmailMessage", message_from_bytes(envelope.content, policy=SMTPUTF8)))
        return refusal or "250 OK"

    def only(self) -> EmailMessage:
        assert len(self.messages) == 1
        return self.messages[0]


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return found.get_content().replace("\r\n", "\n")


@asynccontextmanager
async def receiving() -> AsyncGenerator[Inbox]:
    inbox = Inbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(inbox, hostname="mail.example.com", enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    inbox.port = server.sockets[0].getsockname()[1]
    try:
        yield inbox
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
async def inbox() -> AsyncGenerator[Inbox]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
def mail_settings(empty_database_url: str, inbox: Inbox) -> Settings:
    return load_settings(
        database_url=empty_database_url,
        storefront_url="https://shop.example.com/en",
        storefront_origins=["https://other.example.org"],
        smtp_host="127.0.0.1",
        smtp_port=inbox.port,
        smtp_tls="none",
        secret_keys=SECRET_KEYS,
        worker=False,
    )


@pytest.fixture
def tools(empty_database: Database, mail_settings: Settings) -> Tools:
    return Tools(empty_database, mail_settings)


@pytest.fixture
async def store(empty_database: Database) -> AsyncGenerator[Connection]:
    """A connection in autocommit."""
    async with empty_database.writes.acquire() as connection:
        yield connection


@dataclass(frozen=True)
class StaffClient:
    http: httpx.AsyncClient
    token: str | None

    async def post(self, query: str, **variables: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        return await self.http.post("/admin/graphql", json=body, headers=headers)

    async def data(self, query: str, **variables: Any) -> Any:
        answer = (await self.post(query, **variables)).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@pytest.fixture
async def shop(mail_settings: Settings, empty_database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with served(mail_settings, empty_database) as http:
        yield http


@pytest.fixture
async def staff_with(shop: httpx.AsyncClient, store: Connection) -> Callable[[str], Awaitable[StaffClient]]:
    async def client(role: str) -> StaffClient:
        email = f"{uuid.uuid4().hex}@example.com"
        await staff.create_staff_user(store, email=email, name="Somebody", role=role)
        return StaffClient(shop, await staff.issue_staff_token(store, email=email))

    return client


@pytest.fixture
async def manager(staff_with: Callable[[str], Awaitable[StaffClient]]) -> StaffClient:
    return await staff_with("administrator")


@pytest.fixture
async def german_view(store: Connection) -> int:
    await store.execute(
        "INSERT INTO store_view (id, store_id, code, name, locale) VALUES (2, 1, 'at', 'Österreich', 'de_AT')"
    )
    return 2
