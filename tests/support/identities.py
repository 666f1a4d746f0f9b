"""Customers and staff through one interface, for rules that hold for both: the fixture `identity` is one after the
other."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import lockout
from customer_gql.customers.accounts.tables import customer_password
from customer_gql.database.statements import Connection
from customer_gql.security.passwords import store_password
from customer_gql.security.throttle import peer_key
from customer_gql.security.tokens import hash_token
from customer_gql.staff.sign_in import attempts
from customer_gql.staff.sign_in.sessions import ACCOUNT_SHARING
from customer_gql.staff.tables import staff_password
from support import shopping, staff
from support.clients import Client
from support.customers import make_customer

PASSWORD = shopping.PASSWORD


class Identity:
    """What differs between customers and staff when somebody signs in, and documents with one shape for both."""

    kind: ViewerKind
    path: str
    sign_in_document: str
    change_document: str
    current_password: str
    sign_out_document: str
    everywhere: str
    sessions_document = "{ sessions { id isCurrent } }"
    revoke_document: str
    me = "{ __typename }"
    password_table: Any
    # Table of access tokens, and the column of their owner.
    token_table: str
    owner: str

    def __init__(self, browser: Any, connection: Connection, password_hash: str, settled: Any) -> None:
        self._browser, self._connection, self._hash, self._settled = browser, connection, password_hash, settled

    async def make_person(self, *, hash: str | None = None) -> Any:
        """Somebody whose password is `PASSWORD`."""
        person = await self._make_person()
        await store_password(self._connection, self.password_table, person.id, hash or self._hash)
        return person

    async def _make_person(self) -> Any:
        raise NotImplementedError

    async def close(self, person: Any) -> None:
        """Switch the account off."""
        raise NotImplementedError

    def failure_keys(self, email: str) -> list[bytes]:
        raise NotImplementedError

    def session_failure_keys(self, email: str, token: str) -> list[bytes]:
        """Counters of wrong passwords in an open session."""
        raise NotImplementedError

    async def events(self, person: Any) -> list[Any]:
        """What the history says was done to somebody, oldest first."""
        raise NotImplementedError

    async def wait_out(self, email: str) -> None:
        """As if the pause that wrong passwords earned were over."""
        over = "UPDATE throttle SET until = now() - interval '1 second' WHERE key_hash = ANY($1)"
        await self._connection.execute(over, self.failure_keys(email))

    def peer_key(self, address: str) -> bytes:
        return peer_key(self.kind, "attempt", address)

    async def device(self, token: str | None = None, *, address: str | None = None) -> Client:
        """A program at a network address of its own, unless told which."""
        return await self._browser(path=self.path, token=token, address=address)

    async def sign_in(self, email: str, password: str = PASSWORD, *, address: str | None = None) -> str | None:
        """The access token; None when refused."""
        return await self.sign_in_on(await self.device(address=address), email, password)

    async def sign_in_on(self, device: Client, email: str, password: str = PASSWORD) -> str | None:
        answer = await device.answer(self.sign_in_document, input={"email": email, "password": password})
        signed_in = answer["data"] and answer["data"]["signIn"]
        return None if signed_in is None else signed_in["token"]

    async def signed_in(self, person: Any) -> Client:
        """A device on which somebody signed in with the password."""
        token = await self.sign_in(person.email)
        assert token is not None
        return await self.device(token)

    async def is_let_in(self, token: str | None) -> bool:
        status = (await (await self.device(token)).post(self.me)).status_code
        assert status in {200, 401}
        return status == 200

    async def change_password(self, device: Client, current: str, new: str) -> list[dict[str, Any]]:
        input = {self.current_password: current, "newPassword": new}
        return (await device.data(self.change_document, input=input))["change"]["userErrors"]

    async def sign_out(self, device: Client, *, everywhere: bool = False) -> int:
        input = {self.everywhere: everywhere}
        return (await device.data(self.sign_out_document, input=input))["signOut"]["endedSessionCount"]

    async def sessions(self, device: Client) -> list[dict[str, Any]]:
        return (await device.data(self.sessions_document))["sessions"]

    async def revoke(self, device: Client, session: str) -> list[dict[str, Any]]:
        return (await device.data(self.revoke_document, input={"id": session}))["revoke"]["userErrors"]

    async def stored_hash(self, person: Any) -> str:
        table = self.password_table.name
        row = await self._connection.fetchrow(f"SELECT hash FROM {table} WHERE {self.owner} = $1", person.id)
        assert row is not None
        return row["hash"]

    async def set_token(self, person: Any, assignment: str) -> None:
        """Change the stored tokens of somebody, as time would."""
        statement = f"UPDATE {self.token_table} SET {assignment} WHERE {self.owner} = $1"
        await self._connection.execute(statement, person.id)

    async def stored_token(self, person: Any) -> Any:
        return await self._connection.fetchrow(f"SELECT * FROM {self.token_table} WHERE {self.owner} = $1", person.id)


class CustomerIdentity(Identity):
    kind, path = ViewerKind.CUSTOMER, "/graphql"
    sign_in_document = """mutation S($input: SignInInput!) { signIn(input: $input) {
      token: accessToken userErrors { code message path } } }"""
    change_document = """mutation C($input: PasswordChangeInput!) { change: passwordChange(input: $input) {
      userErrors { code path } } }"""
    current_password = "currentPassword"
    sign_out_document = "mutation O($input: SignOutInput!) { signOut(input: $input) { endedSessionCount } }"
    everywhere = "all"
    revoke_document = """mutation R($input: SessionRevokeInput!) { revoke: sessionRevoke(input: $input) {
      userErrors { code path } } }"""
    password_table, token_table, owner = customer_password, "customer_token", "customer_id"

    async def _make_person(self) -> Any:
        return await make_customer(self._connection)

    async def close(self, person: Any) -> None:
        await self._connection.execute("UPDATE customer SET status = 'INACTIVE' WHERE id = $1", person.id)

    def failure_keys(self, email: str) -> list[bytes]:
        return lockout.failure_keys(email, 1)

    def session_failure_keys(self, email: str, token: str) -> list[bytes]:  # noqa: ARG002 - staff need it
        return self.failure_keys(email)

    async def events(self, person: Any) -> list[Any]:
        return await self._connection.fetch(
            "SELECT * FROM customer_event WHERE customer_id = $1 ORDER BY id", person.id
        )

    async def wait_out(self, email: str) -> None:
        await super().wait_out(email)
        await self._settled()  # the lock is shown after the answer
        await self._connection.execute("UPDATE customer SET locked_until = now() WHERE email = $1", email)


class StaffIdentity(Identity):
    kind, path = ViewerKind.STAFF, "/admin/graphql"
    sign_in_document = """mutation S($input: StaffSignInInput!) { signIn: staffSignIn(input: $input) {
      token userErrors { code message path } } }"""
    change_document = """mutation C($input: StaffPasswordChangeInput!) { change: staffPasswordChange(input: $input) {
      userErrors { code path } } }"""
    current_password = "password"
    sign_out_document = """mutation O($input: StaffSignOutInput!) { signOut: staffSignOut(input: $input) {
      endedSessionCount } }"""
    everywhere = "everywhere"
    sessions_document = "{ sessions: staffSessions { id isCurrent } }"
    revoke_document = """mutation R($input: StaffSessionRevokeInput!) { revoke: staffSessionRevoke(input: $input) {
      userErrors { code path } } }"""
    password_table, token_table, owner = staff_password, "staff_session", "staff_id"

    async def _make_person(self) -> Any:
        return await staff.make_staff(self._connection, await staff.make_role(self._connection))

    async def close(self, person: Any) -> None:
        await self._connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", person.id)

    def failure_keys(self, email: str) -> list[bytes]:
        return [attempts.failure_key(email)]

    def session_failure_keys(self, email: str, token: str) -> list[bytes]:  # noqa: ARG002 - customers need it
        return [attempts.session_failure_key(hash_token(token))]

    async def events(self, person: Any) -> list[Any]:
        return await self._connection.fetch(
            "SELECT * FROM staff_event WHERE subject = $1 ORDER BY id", encode_id("stf", person.id)
        )


@pytest.fixture(params=[CustomerIdentity, StaffIdentity], ids=["customer", "staff"])
async def identity(
    request: Any, browser: Any, connection: Connection, password_hash: str, settled: Any, configured: Any
) -> Identity:
    """Staff may have several sessions here, as customers always may."""
    await configured(ACCOUNT_SHARING, True)
    return request.param(browser, connection, password_hash, settled)
