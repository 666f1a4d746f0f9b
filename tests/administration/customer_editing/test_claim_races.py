"""Two requests want one e-mail address or one external id: the second waits for the first, and is told that it is taken."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_customer
from support.derived import assert_derived, find_orphans
from support.races import stop_after
from support.shopping import EMAIL_CONFIRM, EMAIL_REQUEST, PASSWORD
from support.staff import make_website

CREATE = "mutation C($input: CustomerCreateInput!) { customerCreate(input: $input) { userErrors { code path } } }"
UPSERT = """mutation U($input: CustomerUpsertInput!) { customerUpsert(input: $input) {
  outcome customer { id } userErrors { code path } } }"""
UPDATE = "mutation U($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code path } } }"
QUICK = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code path } } }"
SIGN_UP = "mutation S($input: SignUpInput!) { signUp(input: $input) { userErrors { code path } } }"
HERE = encode_id("web", 1)
NAMES = {"firstName": "Ada", "lastName": "Byron"}


@dataclass
class Scene:
    admin: Client
    guest: Client
    connection: Connection
    shopper: Any
    signed_in: Any
    mails: Any
    email: str = field(default_factory=lambda: f"{uuid.uuid4().hex}@example.com")
    external: str = field(default_factory=lambda: uuid.uuid4().hex)
    touched: list[int] = field(default_factory=list)
    """Customers who were there before."""
    keys: list[str] = field(default_factory=list)
    """External ids that only an upsert that wins may leave."""

    async def customer(self, **given: Any) -> str:
        row = await make_customer(self.connection, **given)
        self.touched.append(row.id)
        return customer_id(row)


@pytest.fixture
def scene(
    admin_client: Client, storefront: Client, connection: Connection, shopper: Any, signed_in: Any, mails: Any
) -> Scene:
    return Scene(admin_client, storefront, connection, shopper, signed_in, mails)


Request = tuple[Client, str, dict[str, Any]]
Prepare = Callable[[Scene], Awaitable[Request]]


def fresh() -> str:
    return f"{uuid.uuid4().hex}@example.com"


async def create(scene: Scene) -> Request:
    return scene.admin, CREATE, {"email": scene.email, **NAMES, "websiteId": HERE}


async def upsert(scene: Scene) -> Request:
    scene.keys.append(uuid.uuid4().hex)
    customer = {"email": scene.email, **NAMES, "websiteId": HERE}
    return scene.admin, UPSERT, {"externalId": scene.keys[-1], "customer": customer}


async def update(scene: Scene) -> Request:
    return scene.admin, UPDATE, {"id": await scene.customer(), "email": scene.email}


async def quick_edit(scene: Scene) -> Request:
    return scene.admin, QUICK, {"id": await scene.customer(), "email": scene.email}


async def move(scene: Scene) -> Request:
    elsewhere = await make_website(scene.connection)
    return scene.admin, UPDATE, {"id": await scene.customer(website_id=elsewhere, email=scene.email), "websiteId": HERE}


async def sign_up(scene: Scene) -> Request:
    return scene.guest, SIGN_UP, {"email": scene.email, "password": PASSWORD, **NAMES}


async def confirm_change(scene: Scene) -> Request:
    row = await scene.shopper()
    scene.touched.append(row.id)
    device = await scene.signed_in(row)
    await device.data(EMAIL_REQUEST, input={"email": scene.email, "currentPassword": PASSWORD})
    token = [token for _, token in await scene.mails(scene.email) if token][-1]
    return device, EMAIL_CONFIRM, {"token": token}


# What each is told when the address is taken; shoppers are not told that it has an account.
WANT_EMAIL: dict[Prepare, list[dict[str, Any]]] = {
    create: [{"code": "TAKEN", "path": ["email"]}],
    upsert: [{"code": "TAKEN", "path": ["customer", "email"]}],
    update: [{"code": "TAKEN", "path": ["email"]}],
    quick_edit: [{"code": "TAKEN", "path": ["email"]}],
    move: [{"code": "TAKEN", "path": ["websiteId"]}],
    confirm_change: [{"code": "INVALID", "path": ["token"]}],
    sign_up: [],
}


def start(request: Request) -> asyncio.Task[Any]:
    client, document, input = request
    return asyncio.create_task(client.data(document, input=input))


async def race(scene: Scene, table: str, first: Prepare, second: Prepare) -> tuple[Any, Any]:
    """The payloads of both, the second of which came to wait for the first."""
    requests = [await first(scene), await second(scene)]
    async with stop_after(f"INSERT INTO {table} ") as stop:
        winning = start(requests[0])
        await stop.reached_by(winning)
        losing = start(requests[1])
        assert await stop.is_waited_for_by(losing, scene.connection)
    answers = [await winning, await losing]
    return tuple(next(iter(answer.values())) for answer in answers)  # pyright: ignore[reportReturnType]


async def customers_with(scene: Scene, where: str, *values: Any) -> list[int]:
    rows = await scene.connection.fetch(f"SELECT id FROM customer WHERE {where}", *values)
    return [row.id for row in rows]


@pytest.mark.parametrize("second", WANT_EMAIL, ids=lambda prepare: prepare.__name__)
@pytest.mark.parametrize("first", WANT_EMAIL, ids=lambda prepare: prepare.__name__)
async def test_of_two_who_want_one_address_the_second_gets_taken(scene: Scene, first: Prepare, second: Prepare):
    won, lost = await race(scene, "customer_email", first, second)
    assert won["userErrors"] == []
    assert lost["userErrors"] == WANT_EMAIL[second]
    holder = await customers_with(scene, "email = $1 AND website_id = 1", scene.email)
    claims = "SELECT customer_id FROM customer_email WHERE email_normalised = $1 AND scope = 1"
    assert [row.customer_id for row in await scene.connection.fetch(claims, scene.email)] == holder
    assert len(holder) == 1
    known = "SELECT customer_id FROM customer_external_id WHERE external_id = ANY($1)"
    kept = [row.customer_id for row in await scene.connection.fetch(known, scene.keys)]
    assert kept == (holder if first is upsert else [])
    everybody = {*scene.touched, *await customers_with(scene, "email = $1", scene.email)}
    assert await find_orphans(scene.connection, everybody) == {}
    await assert_derived(scene.connection, everybody)


async def create_with_key(scene: Scene) -> Request:
    return scene.admin, CREATE, {"email": fresh(), **NAMES, "websiteId": HERE, "externalId": scene.external}


async def update_key(scene: Scene) -> Request:
    return scene.admin, UPDATE, {"id": await scene.customer(), "externalId": scene.external}


async def upsert_by_key(scene: Scene) -> Request:
    customer = {"email": fresh(), **NAMES, "websiteId": HERE}
    return scene.admin, UPSERT, {"externalId": scene.external, "customer": customer}


WANT_KEY = (create_with_key, update_key, upsert_by_key)


@pytest.mark.parametrize("second", WANT_KEY, ids=lambda prepare: prepare.__name__)
@pytest.mark.parametrize("first", WANT_KEY, ids=lambda prepare: prepare.__name__)
async def test_of_two_who_want_one_external_id_the_second_gets_taken_or_changes_the_customer(
    scene: Scene, first: Prepare, second: Prepare
):
    won, lost = await race(scene, "customer_external_id", first, second)
    assert won["userErrors"] == []
    [holder] = await customers_with(scene, "external_id = $1", scene.external)
    if second is upsert_by_key:
        assert (lost["outcome"], lost["customer"]["id"], lost["userErrors"]) == (
            "UPDATED",
            encode_id("cus", holder),
            [],
        )
    else:
        assert lost["userErrors"] == [{"code": "TAKEN", "path": ["externalId"]}]
    claims = "SELECT customer_id FROM customer_external_id WHERE external_id = $1"
    assert [row.customer_id for row in await scene.connection.fetch(claims, scene.external)] == [holder]
    assert await find_orphans(scene.connection, {holder, *scene.touched}) == {}
    await assert_derived(scene.connection, {holder, *scene.touched})


@pytest.mark.parametrize("adopts", [False, True])
async def test_of_two_upserts_the_second_changes_the_customer_that_the_first_makes(scene: Scene, adopts: bool):
    async def again(scene: Scene) -> Request:
        customer = {"email": scene.email, **NAMES, "websiteId": HERE}
        return scene.admin, UPSERT, {"externalId": scene.external, "customer": customer, "adoptByEmail": adopts}

    won, lost = await race(scene, "customer_external_id", again, again)
    assert [won["outcome"], lost["outcome"]] == ["CREATED", "UNCHANGED"]
    assert won["customer"] == lost["customer"]
    [holder] = await customers_with(scene, "email = $1", scene.email)
    await assert_derived(scene.connection, [holder])


async def test_an_upsert_that_adopts_waits_for_the_sign_up_and_takes_its_account(scene: Scene):
    async def adopt(scene: Scene) -> Request:
        customer = {"email": scene.email, **NAMES, "websiteId": HERE}
        return scene.admin, UPSERT, {"externalId": scene.external, "customer": customer, "adoptByEmail": True}

    _, adopted = await race(scene, "customer_email", sign_up, adopt)
    [holder] = await customers_with(scene, "email = $1", scene.email)
    assert (adopted["outcome"], adopted["customer"]["id"]) == ("UPDATED", encode_id("cus", holder))
    assert await customers_with(scene, "external_id = $1", scene.external) == [holder]
    await assert_derived(scene.connection, [holder])


async def test_who_wins_and_is_rolled_back_leaves_the_address_to_the_other(scene: Scene):
    """The first is refused after its claim, by its group, so that the second has waited for nothing and wins."""
    website = await make_website(scene.connection)
    exclude = "INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES (2, $1)"
    await scene.connection.execute(exclude, website)
    at = {"email": scene.email, **NAMES, "websiteId": encode_id("web", website)}

    async def excluded(scene: Scene) -> Request:
        return scene.admin, CREATE, {**at, "groupId": encode_id("grp", 2)}

    async def welcome(scene: Scene) -> Request:
        return scene.admin, CREATE, at

    refused, made = await race(scene, "customer_email", excluded, welcome)
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["groupId"]}]
    assert made["userErrors"] == []
    await assert_derived(scene.connection, await customers_with(scene, "email = $1", scene.email))
