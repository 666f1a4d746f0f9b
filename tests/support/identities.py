"""Customers and staff through one interface, for rules that hold for both: the fixture `identity` is one after the
other."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import lockout
from customer_gql.database.statements import Connection
from customer_gql.security.throttle import peer_key
from customer_gql.staff.sign_in import attempts
from support import shopping, staff
from support.clients import Client

PASSWORD = shopping.PASSWORD


class Identity:
    """What differs between customers and staff when somebody signs in."""

    kind: ViewerKind
    path: str
    document: str
    root: str
    token: str
    me: str

    def __init__(self, browser: Any, connection: Connection, shopper: Any, settled: Any) -> None:
        self._browser, self._connection, self._shopper, self._settled = browser, connection, shopper, settled

    async def make_person(self) -> Any:
        """Somebody whose password is `PASSWORD`."""
        raise NotImplementedError

    def failure_keys(self, email: str) -> list[bytes]:
        raise NotImplementedError

    async def wait_out(self, email: str) -> None:
        """As if the pause that wrong passwords earned were over."""
        over = "UPDATE throttle SET until = now() - interval '1 second' WHERE key_hash = ANY($1)"
        await self._connection.execute(over, self.failure_keys(email))

    async def events(self, person: Any) -> list[Any]:
        """What the history says was done to somebody, oldest first."""
        raise NotImplementedError

    def peer_key(self, address: str) -> bytes:
        return peer_key(self.kind, "attempt", address)

    async def device(self, token: str | None = None, *, address: str | None = None) -> Client:
        """A program at a network address of its own, unless told which."""
        return await self._browser(path=self.path, token=token, address=address)

    async def sign_in(self, email: str, password: str = PASSWORD, *, address: str | None = None) -> str | None:
        """The access token; None when refused."""
        return await self.sign_in_on(await self.device(address=address), email, password)

    async def sign_in_on(self, device: Client, email: str, password: str = PASSWORD) -> str | None:
        answer = await device.answer(self.document, input={"email": email, "password": password})
        return None if answer["data"] is None else answer["data"][self.root][self.token]

    async def is_let_in(self, token: str) -> bool:
        status = (await (await self.device(token)).post(self.me)).status_code
        assert status in {200, 401}
        return status == 200


class CustomerIdentity(Identity):
    kind = ViewerKind.CUSTOMER
    path, document, root, token, me = "/graphql", shopping.SIGN_IN, "signIn", "accessToken", shopping.ME

    async def make_person(self) -> Any:
        return await self._shopper()

    def failure_keys(self, email: str) -> list[bytes]:
        return lockout.failure_keys(email, 1)

    async def events(self, person: Any) -> list[Any]:
        return await self._connection.fetch(
            "SELECT * FROM customer_event WHERE customer_id = $1 ORDER BY id", person.id
        )

    async def wait_out(self, email: str) -> None:
        await super().wait_out(email)
        await self._settled()  # the lock is shown after the answer
        await self._connection.execute("UPDATE customer SET locked_until = now() WHERE email = $1", email)


class StaffIdentity(Identity):
    kind = ViewerKind.STAFF
    path, document, root, token = "/admin/graphql", staff.SIGN_IN, "staffSignIn", "token"
    me = "{ staffMe { user { id } } }"

    async def make_person(self) -> Any:
        role = await staff.make_role(self._connection)
        return await staff.make_staff(self._connection, role, password=PASSWORD)

    def failure_keys(self, email: str) -> list[bytes]:
        return [attempts.failure_key(email)]

    async def events(self, person: Any) -> list[Any]:
        return await self._connection.fetch(
            "SELECT * FROM staff_event WHERE subject = $1 ORDER BY id", encode_id("stf", person.id)
        )


@pytest.fixture(params=[CustomerIdentity, StaffIdentity], ids=["customer", "staff"])
def identity(request: Any, browser: Any, connection: Connection, shopper: Any, settled: Any) -> Identity:
    return request.param(browser, connection, shopper, settled)
