"""Every number of a setting at its smallest and largest value: both work, and one beyond is refused."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from administration.webhooks.samples import make_delivery, make_webhook
from commerce.checkout.buying import fill, place
from customer_gql.commerce.catalog.tables import product_website
from customer_gql.commerce.orders.archive.settings import ARCHIVE_ENABLED
from customer_gql.commerce.orders.archive.work import keep_archive
from customer_gql.commerce.orders.payments.tables import order_payment
from customer_gql.commerce.orders.payments.work import cancel_unpaid_orders
from customer_gql.customers.accounts.cleanup import delete_old_impersonations
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.messaging.events.cleanup import KEPT_DAYS, delete_old_events
from customer_gql.messaging.jobs.runs.cleanup import delete_old_jobs
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.webhooks.cleanup import delete_old_deliveries
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, GLOBAL, Setting
from customer_gql.shop.settings.writes import set_value
from shop.settings.file_readers import announce_import, count_mails, keep_file
from support.clients import Client
from support.configuration import UPDATE, form, set_one
from support.customers import customer_id, make_customer, make_order, make_product, put
from support.jobs import ACT, delete_open_jobs, group, key_of, run_all, show, start
from support.shopping import CHANGE, REFRESH, RESET_REQUEST, SIGN_IN, SIGN_UP, person
from support.staff import make_role, make_staff, session_of

TOLD = UPDATE.replace("code path", "message path")
ONLINE = "{ nowOnline(first: 1) { totalCount } customers(first: 1) { nodes { activity { isOnline } } } }"
FIND = '{ customers(first: 1, search: "ada") { totalCount nodes { gridRow { name } } } }'
LOCK = """mutation L($input: CustomerLockInput!) { customerLock(input: $input) {
  customer { isLocked } userErrors { code } } }"""
ADDRESS = """mutation A($input: AddressCreateInput!) { addressCreate(input: $input) {
  address { id } userErrors { code } } }"""
ADDRESS_BY_STAFF = """mutation A($input: CustomerAddressCreateInput!) { customerAddressCreate(input: $input) {
  userErrors { code } } }"""
IMPERSONATION = """INSERT INTO impersonation (customer_id, id, staff_id, reason, started_at, expires_at)
  VALUES ($1, $2, $3, 'Help', now() - $4::interval, now() - $4::interval)"""
ADDRESSES = """INSERT INTO address (customer_id, id, first_name, last_name, street, city, country_code)
  SELECT $1, number, 'Ada', 'Byron', '{1 Analytical Way}', 'London', 'GB' FROM generate_series(1, $2::int) AS number"""
GROUP = "INSERT INTO customer_group SELECT $1, $2, min(id) FROM tax_class ON CONFLICT DO NOTHING"
EVENT = """INSERT INTO domain_event (id, type, subject, actor, occurred_at)
  VALUES ($1::bigint, 'customer.updated', 'cus_1', 'SYSTEM', now() - make_interval(days => $1::int))"""
SELECT = """mutation C($input: CustomerSelectionCreateInput!) { customerSelectionCreate(input: $input) {
  selection { count createdAt expiresAt } userErrors { code } } }"""
LONG = "Correct-Horse-7-" * 5  # of all kinds of characters, longer than any shortest length


@dataclass
class Shop:
    storefront: Client
    staff: Client
    connection: Any
    setting: Setting[int]
    value: int
    tools: Tools

    async def sign_up(self) -> str:
        email = f"{uuid.uuid4().hex}@example.com"
        answer = await self.storefront.data(SIGN_UP, input=person(email, password=LONG))
        assert answer["signUp"]["userErrors"] == []
        return email

    async def sign_in(self, email: str, password: str = LONG) -> dict[str, Any]:
        given = {"email": email, "password": password}
        return (await self.storefront.data(SIGN_IN, input=given))["signIn"]


async def archive(shop: Shop) -> None:
    async with shop.connection.transaction():
        await set_value(shop.connection, ARCHIVE_ENABLED, True, scope=GLOBAL, scope_id=0)
    owner = await make_customer(shop.connection)
    when = dt.datetime.now(dt.UTC) - dt.timedelta(days=shop.value, hours=1)
    order = await make_order(shop.connection, owner, [], placed_at=when)
    await keep_archive(shop.tools)
    assert await shop.connection.fetchval("SELECT archived_at IS NOT NULL FROM sales_order WHERE id = $1", order.id)


async def cancel_unpaid(shop: Shop) -> None:
    """An order a minute younger than the limit still waits for its payment."""
    for minutes, state in ((shop.value - 1, "PENDING_PAYMENT"), (shop.value + 1, "CANCELED")):
        owner, product = await make_customer(shop.connection), await make_product(shop.connection)
        when = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)
        order = await make_order(shop.connection, owner, [product], state="PENDING_PAYMENT", placed_at=when)
        key = {"customer_id": owner.id, "order_id": order.id, "id": order.id}
        held = {"method": "test_psp", "state": "REDIRECT", "currency": "USD", "amount": product.price}
        await put(shop.connection, order_payment, **key, **held)
        await cancel_unpaid_orders(shop.tools)
        assert await shop.connection.fetchval("SELECT state FROM sales_order WHERE id = $1", order.id) == state


async def sign_up(shop: Shop) -> None:
    email = await shop.sign_up()
    group = await shop.connection.fetchval("SELECT group_id FROM customer WHERE email = $1", email)
    assert group == (shop.value if shop.setting.path == "customers.default_group" else 1)


async def sign_in(shop: Shop) -> None:
    signed_in = await shop.sign_in(await shop.sign_up())
    assert signed_in["userErrors"] == []
    own = Client(shop.storefront.http, "/graphql", signed_in["accessToken"])
    assert (await own.data("{ me { email } }"))["me"]


async def keep_unsent_data(shop: Shop) -> None:
    told = (await shop.storefront.data("{ shop { dataLifetimeMinutes } }"))["shop"]
    assert told == {"dataLifetimeMinutes": shop.value}


async def sign_in_as_staff(shop: Shop) -> None:
    user = await make_staff(shop.connection, await make_role(shop.connection))
    own = Client(shop.staff.http, "/admin/graphql", await session_of(shop.connection, user.id))
    assert (await own.data("{ staffMe { user { email } } }"))["staffMe"] == {"user": {"email": user.email}}


async def guess(shop: Shop) -> None:
    email = await shop.sign_up()
    signed_in = await shop.sign_in(email)
    own = Client(shop.storefront.http, "/graphql", signed_in["accessToken"])
    for _ in range(3):
        assert (await shop.sign_in(email, "wrong"))["userErrors"]
        given = {"currentPassword": "wrong", "newPassword": f"{LONG}!"}
        assert (await own.data(CHANGE, input=given))["passwordChange"]["userErrors"]


async def reset(shop: Shop) -> None:
    email = await shop.sign_up()
    for _ in range(2):
        answer = await shop.storefront.data(RESET_REQUEST, input={"email": email})
        assert answer["passwordResetRequest"]["userErrors"] == []


async def see_who_is_online(shop: Shop) -> None:
    await make_customer(shop.connection)
    assert (await shop.staff.data(ONLINE))["nowOnline"]["totalCount"] >= 0


async def find_customers(shop: Shop) -> None:
    await make_customer(shop.connection, first_name="Ada")
    read = (await shop.staff.data(FIND))["customers"]
    assert read["totalCount"] >= 1
    assert len(read["nodes"]) == 1


async def lock(shop: Shop) -> None:
    given = {"id": customer_id(await make_customer(shop.connection))}
    answer = (await shop.staff.data(LOCK, input=given))["customerLock"]
    assert answer == {"customer": {"isLocked": True}, "userErrors": []}


async def add_address(shop: Shop) -> None:
    signed_in = await shop.sign_in(await shop.sign_up())
    own = Client(shop.storefront.http, "/graphql", signed_in["accessToken"])
    given = {"firstName": "Ada", "lastName": "Byron", "city": "London", "postcode": "N1 7AA", "countryCode": "GB"}
    for lines in (shop.value, shop.value + 1):
        street = [f"{line} Analytical Way" for line in range(lines)]
        answer = await own.data(ADDRESS, input={**given, "street": street, "telephone": "+44 20 7946 0000"})
        assert (answer["addressCreate"]["userErrors"] == []) == (lines == shop.value)


async def fill_address_book(shop: Shop) -> None:
    """One below the limit there is room for one more, and no more than that."""
    owner = await make_customer(shop.connection)
    await shop.connection.execute(ADDRESSES, owner.id, shop.value - 1)
    given = {"customerId": customer_id(owner), "firstName": "Ada", "lastName": "Byron", "street": ["1 Analytical Way"]}
    given |= {"city": "London", "postcode": "N1 7AA", "countryCode": "GB", "telephone": "+44 20 7946 0000"}
    for codes in ([], ["TOO_MANY"]):
        answer = await shop.staff.data(ADDRESS_BY_STAFF, input=given)
        assert [error["code"] for error in answer["customerAddressCreate"]["userErrors"]] == codes


async def toggle_newsletter(shop: Shop) -> None:
    signed_in = await shop.sign_in(await shop.sign_up())
    own = Client(shop.storefront.http, "/graphql", signed_in["accessToken"])
    for root in ("newsletterSubscribe", "newsletterUnsubscribe"):
        answer = await own.data(f"mutation {{ {root} {{ isChanged userErrors {{ code }} }} }}")
        assert answer[root] == {"isChanged": True, "userErrors": []}


async def renew(shop: Shop) -> None:
    """Twice with one token: within the time it is a repeat, afterwards the token was used up."""
    signed_in = await shop.sign_in(await shop.sign_up())
    given = {"refreshToken": signed_in["refreshToken"]}
    answers = [(await shop.storefront.data(REFRESH, input=given))["tokenRefresh"] for _ in range(2)]
    assert answers[0]["userErrors"] == []
    assert (answers[1]["userErrors"] == []) == (shop.value > 0)


async def act(shop: Shop) -> None:
    customers = [await make_customer(shop.connection) for _ in range(2)]
    ids = [customer_id(row) for row in customers]
    given = {"action": "ASSIGN_GROUP", "selection": {"ids": ids}, **group(2)}
    answer = (await shop.staff.data(ACT, input=given))["customerMassAction"]
    assert answer["userErrors"] == []
    assert answer["job"]["status"] == ("DONE" if shop.value >= len(ids) else "QUEUED")


async def work(shop: Shop) -> str:
    """A job of two customers; its id."""
    await delete_open_jobs(shop.connection)
    async with shop.connection.transaction():
        await set_value(shop.connection, DECLARED_SETTINGS["mass_actions.at_once"], 0)
    customers = [await make_customer(shop.connection) for _ in range(2)]
    id = await start(shop.staff, "ASSIGN_GROUP", customers, **group(2))
    await run_all(shop.tools)
    job = await show(shop.staff, id)
    assert (job["status"], job["doneCount"]) == ("DONE", 2)
    return id


async def work_once(shop: Shop) -> None:
    await work(shop)


async def keep_jobs(shop: Shop) -> None:
    id = await work(shop)
    for hours, left in ((-1, True), (1, False)):
        age = dt.timedelta(days=shop.value, hours=hours)
        await shop.connection.execute(
            "UPDATE job_run SET finished_at = now() - $2::interval WHERE id = $1", key_of(id), age
        )
        await delete_old_jobs(shop.tools)
        assert (await show(shop.staff, id) is not None) == left


async def keep_impersonations(shop: Shop) -> None:
    owner = await make_customer(shop.connection)
    staff = await shop.connection.fetchval("SELECT id FROM staff_user LIMIT 1")
    for id, hours in ((1, -1), (2, 1)):
        age = dt.timedelta(days=shop.value, hours=hours)
        await shop.connection.execute(IMPERSONATION, owner.id, id, staff, age)
    await delete_old_impersonations(shop.tools)
    left = await shop.connection.fetch("SELECT id FROM impersonation WHERE customer_id = $1", owner.id)
    assert [row["id"] for row in left] == [1]


async def keep_deliveries(shop: Shop) -> None:
    webhook_id = await make_webhook(shop.connection)
    days = dt.timedelta(days=shop.value)
    now = dt.datetime.now(dt.UTC)
    ages = (days - dt.timedelta(hours=1), days + dt.timedelta(hours=1))
    young, _ = [await make_delivery(shop.connection, webhook_id, created_at=now - age) for age in ages]
    await delete_old_deliveries(shop.tools)
    left = await shop.connection.fetch("SELECT id FROM webhook_delivery WHERE webhook_id = $1", webhook_id)
    assert [row.id for row in left] == [young]
    await shop.connection.execute("DELETE FROM webhook WHERE id = $1", webhook_id)


async def select(shop: Shop) -> None:
    ids = [customer_id(await make_customer(shop.connection)) for _ in range(2)]
    made = (await shop.staff.data(SELECT, input={"selection": {"ids": ids}}))["customerSelectionCreate"]
    if shop.setting.path == "selections.max_rows" and shop.value < len(ids):
        assert made["userErrors"]
        return
    selection = made["selection"]
    assert (selection["count"], made["userErrors"]) == (2, [])
    if shop.setting.path == "selections.kept_hours":
        created, expires = (dt.datetime.fromisoformat(selection[name]) for name in ("createdAt", "expiresAt"))
        assert abs(expires - created - dt.timedelta(hours=shop.value)) < dt.timedelta(minutes=1)


async def ask_for_captcha(shop: Shop) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    for path, value in (("captcha.provider", "TEST"), ("captcha.mode", "AFTER_FAILURES")):
        assert (await set_one(shop.staff, path, value))["userErrors"] == []
    refused = [(await shop.sign_in(email))["userErrors"][0]["path"] for _ in range(2)]
    assert refused == [None, ["captchaToken"] if shop.value == 1 else None]


REMEMBERED = """mutation R($input: SignInInput!) { signIn(input: $input) { persistentToken userErrors { code } } }"""


async def remember(shop: Shop) -> None:
    assert (await set_one(shop.staff, "remember_me.enabled", True))["userErrors"] == []
    given = {"email": await shop.sign_up(), "password": LONG, "isRemembered": True}
    assert (await shop.storefront.data(REMEMBERED, input=given))["signIn"]["persistentToken"]


FILL = """mutation F($input: CartItemsAddInput!) { cartItemsAdd(input: $input) {
  cart { itemCount updatedAt expiresAt } userErrors { key } } }"""


async def fill_cart(shop: Shop) -> None:
    products = [await make_product(shop.connection) for _ in range(2)]
    for product in products:
        await put(shop.connection, product_website, product_id=product.id, website_id=1)
    most = shop.value if shop.setting.path == "carts.max_quantity" else 1
    beyond = most + (shop.setting.path == "carts.max_quantity")
    lines = [{"sku": products[0].sku, "quantity": most}, {"sku": products[1].sku, "quantity": beyond}]
    answer = (await shop.storefront.data(FILL, input={"items": lines}))["cartItemsAdd"]
    refused = {"carts.max_quantity": ["cart.quantity_wrong"], "carts.max_lines": ["cart.full"] * (shop.value == 1)}
    assert [error["key"] for error in answer["userErrors"]] == refused.get(shop.setting.path, [])
    if shop.setting.path == "carts.lifetime_days":
        changed, ends = (dt.datetime.fromisoformat(answer["cart"][name]) for name in ("updatedAt", "expiresAt"))
        assert ends - changed == dt.timedelta(days=shop.value)


SHARE_LIST = "mutation S($input: WishlistShareInput!) { wishlistShare(input: $input) { userErrors { key } } }"
MAKE_LIST = "mutation W($input: WishlistCreateInput!) { wishlistCreate(input: $input) { userErrors { key } } }"


async def make_wishlists(shop: Shop) -> None:
    owner = await make_customer(shop.connection)
    await shop.connection.execute(
        "INSERT INTO wishlist (customer_id, id, name, is_default) SELECT $1, n, 'L', n = 1 FROM generate_series(1, $2::int) n",
        owner.id,
        shop.value - 1,
    )
    client = Client(shop.storefront.http, "/graphql", await issue_customer_token(shop.connection, owner.id))
    answers = [(await client.data(MAKE_LIST, input={"name": "X"}))["wishlistCreate"]["userErrors"] for _ in range(2)]
    assert answers == [[], [{"key": "wishlist.limit_reached"}]]


async def share_wishlist(shop: Shop) -> None:
    owner = await make_customer(shop.connection)
    client = Client(shop.storefront.http, "/graphql", await issue_customer_token(shop.connection, owner.id))
    counts_text = shop.setting.path == "wishlists.share_max_text"

    async def share(count: int) -> list[str]:
        emails = [f"extreme{number}.{owner.id}@example.com" for number in range(1 if counts_text else count)]
        given = {"emails": emails, "message": "x" * count if counts_text else None}
        return [one["key"] for one in (await client.data(SHARE_LIST, input=given))["wishlistShare"]["userErrors"]]

    assert await share(shop.value) == []
    assert len(await share(shop.value + 1)) == 1


async def order(shop: Shop) -> None:
    assert (await set_one(shop.staff, "orders.rate_limit_enabled", True))["userErrors"] == []
    product = await make_product(shop.connection)
    await put(shop.connection, product_website, product_id=product.id, website_id=1)
    own = shop.storefront
    if shop.setting.path == "orders.per_minute_of_customer":
        own = Client(own.http, "/graphql", (await shop.sign_in(await shop.sign_up()))["accessToken"])
    token = await fill(own, (product, 1))
    own.http.headers["x-cart-token"] = token or ""
    try:
        keys = [(await place(own, f"k{turn}", "1.00"))["userErrors"][0]["key"] for turn in range(2)]
    finally:
        del own.http.headers["x-cart-token"]
    assert keys == ["cart.incomplete", "order.too_many" if shop.value == 1 else "cart.incomplete"]


READERS: dict[str, Callable[[Shop], Awaitable[None]]] = {
    "accounts.impersonations_kept_days": keep_impersonations,
    "accounts.lock_days": lock,
    "accounts.lockout_failures": guess,
    "accounts.lockout_seconds": guess,
    "accounts.minimum_password_length": sign_up,
    "accounts.minutes_between_resets": reset,
    "accounts.password_character_classes": sign_up,
    "accounts.refresh_repeat_seconds": renew,
    "accounts.reset_link_minutes": reset,
    "accounts.resets_per_hour": reset,
    "accounts.resets_per_hour_of_address": reset,
    "accounts.session_days": sign_in,
    "accounts.session_idle_minutes": sign_in,
    "accounts.data_lifetime_minutes": keep_unsent_data,
    "staff.session_idle_minutes": sign_in_as_staff,
    "accounts.token_lockout_failures": guess,
    "accounts.token_lockout_seconds": guess,
    "addresses.per_customer": fill_address_book,
    "addresses.street_lines": add_address,
    "captcha.failures": ask_for_captcha,
    "carts.lifetime_days": fill_cart,
    "carts.max_lines": fill_cart,
    "carts.max_quantity": fill_cart,
    "customers.default_group": sign_up,
    "orders.per_minute_of_customer": order,
    "orders.per_minute_of_guests": order,
    "customers.online_minutes": see_who_is_online,
    "files.kept_hours": keep_file,
    "files.link_minutes": keep_file,
    "grid.exact_count_limit": find_customers,
    "grid.statement_seconds": find_customers,
    "imports.max_mebibytes": announce_import,
    "jobs.at_once": work_once,
    "jobs.batch_rows": work_once,
    "jobs.kept_days": keep_jobs,
    "jobs.max_open": work_once,
    "mail.bulk_per_minute": count_mails,
    "mail.hourly_notices": toggle_newsletter,
    "mail.hourly_per_kind": reset,
    "mail.hourly_security_notices": guess,
    "mail.repeat_minutes": toggle_newsletter,
    "mass_actions.at_once": act,
    "remember_me.lifetime_seconds": remember,
    "orders.archive_days": archive,
    "payments.pending_minutes": cancel_unpaid,
    "selections.kept_hours": select,
    "selections.max_rows": select,
    "webhooks.kept_days": keep_deliveries,
    "wishlists.max_lists": make_wishlists,
    "wishlists.share_max_emails": share_wishlist,
    "wishlists.share_max_text": share_wishlist,
}


def numbers() -> dict[str, Setting[int]]:
    """Those of the service; tests of settings declare some of their own."""
    own = {path: setting for path, setting in DECLARED_SETTINGS.items() if "tests." not in path and "walk." not in path}
    return {path: setting for path, setting in own.items() if type(setting.default) is int}


def test_every_number_has_an_operation_here():
    assert set(numbers()) == {*READERS, KEPT_DAYS.path}


@pytest.mark.slow
@pytest.mark.parametrize("path", READERS)
async def test_both_ends_work(path, storefront, admin_client, connection, database, settings):
    setting = numbers()[path]
    for value in (setting.at_least, setting.at_most):
        assert value is not None
        if path == "customers.default_group":
            await connection.execute(GROUP, value, f"Group {value}")
        [stored] = (await set_one(admin_client, path, value))["settings"]
        assert stored["value"] == value
        await READERS[path](Shop(storefront, admin_client, connection, setting, value, Tools(database, settings)))


@pytest.mark.parametrize("days", [KEPT_DAYS.at_least, KEPT_DAYS.at_most])
async def test_events_are_deleted_at_both_ends(days, empty_database, settings):
    """On a database of its own, because it deletes events of everybody."""
    async with empty_database.writes.acquire() as connection:
        await set_value(connection, KEPT_DAYS, days)
        for age in (days - 1, days + 1):
            await connection.execute(EVENT, age)
        await delete_old_events(Tools(empty_database, settings))
        assert [row["id"] for row in await connection.fetch("SELECT id FROM domain_event")] == [days - 1]


@pytest.mark.parametrize("path", [*READERS, KEPT_DAYS.path])
async def test_beyond_its_ends_a_number_is_refused(path, admin_client):
    setting = numbers()[path]
    low, high = setting.at_least, setting.at_most
    assert low is not None
    assert high is not None
    for value in (low - 1, high + 1, 10**12, -(10**12), 2**63 - 1):
        refused = (await admin_client.data(TOLD, input=form({path: value})))["configurationUpdate"]
        message = f"{path} takes a number from {low} to {high}."
        assert refused["settings"] == []
        assert [(error["message"], error["path"][-1]) for error in refused["userErrors"]] == [(message, "value")]
    for value in (True, float(low), str(low), 10**30):
        assert (await set_one(admin_client, path, value))["userErrors"], value


@pytest.mark.parametrize("bounds", [{}, {"at_least": 1}, {"at_most": 9}])
def test_a_number_without_bounds_cannot_be_declared(bounds):
    with pytest.raises(ValueError, match=r"tests\.unbounded is a number and needs at_least and at_most"):
        Setting("tests.unbounded", 3, GLOBAL, "Some number.", label="Unbounded", **bounds)
