"""Part of the service on two databases, by a driver that sends each statement where its distribution key leads."""

from pathlib import Path
from typing import Any

import pytest

from customer_gql.customers.accounts.reads import viewers_by_token
from customer_gql.database.distribution.forms import use_distributed_forms
from customer_gql.database.pools import Database
from customer_gql.execution.plans import cache
from customer_gql.staff import writes as staff
from support.adobe_shop import ANN, HOME, Shop, sheet
from support.clients import Client
from support.distribution.people import PEOPLE, sign_up
from support.distribution.router import NotRouted, RoutingConnection, find_machine, split_arguments
from support.distribution.routes import Key, find_route
from support.mailed import newest_token
from support.shopping import REFRESH, RESET, RESET_REQUEST, SIGN_IN, SIGN_OUT, person

ENTRY = {
    "firstName": "Ada",
    "lastName": "Byron",
    "street": ["1 Analytical Way"],
    "city": "London",
    "postcode": "N1 7AA",
    "countryCode": "GB",
    "telephone": "+44 20 7946 0000",
}
ADDRESS = """mutation A($input: AddressCreateInput!) { addressCreate(input: $input) {
  address { id city } userErrors { code path } } }"""
EDIT = """mutation M($input: MeUpdateInput!) { meUpdate(input: $input) {
  customer { firstName version } userErrors { code path } } }"""
SECTIONS = """id firstName email version addresses { city } orders(first: 3) { totalCount nodes { number } }
  wishlists { id } cart { id } reviews(first: 2) { totalCount }"""
ME = "{ me { id firstName email version addresses { city } orders(first: 3) { totalCount nodes { number } } } }"
MANY = f"query N($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Customer {{ {SECTIONS} history(first: 2) {{ nodes {{ kind }} }} }} }} }}"
BY_EMAIL = """query B($email: String!) { customer(by: {email: $email}) { id email otherAccounts { id } } }"""


async def is_out(shopper: Client) -> bool:
    answer = await shopper.answer(ME)
    return [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_a_token_of_a_frequent_query_is_found_by_its_customer(guest: Client, monkeypatch: pytest.MonkeyPatch):
    """A hash alone would be asked for on every machine, with each request."""
    monkeypatch.setattr(cache, "FREQUENT_AFTER", 2)
    asked, fetch = list[str](), RoutingConnection.fetch

    async def note(self: RoutingConnection, query: str, *arguments: Any, **named: Any) -> Any:
        asked.append(query)
        return await fetch(self, query, *arguments, **named)

    monkeypatch.setattr(RoutingConnection, "fetch", note)
    shopper = await sign_up(guest, PEOPLE[0])
    for _ in range(6):
        assert (await shopper.data(ME))["me"]["email"] == PEOPLE[0]
    assert asked
    assert viewers_by_token.statement.sql not in asked


async def test_customers_live_on_two_machines(guest: Client, database: Database):
    shoppers = [await sign_up(guest, email) for email in PEOPLE]
    ids = list[str]()
    for email, shopper in zip(PEOPLE, shoppers, strict=True):
        added = (await shopper.data(ADDRESS, input=ENTRY))["addressCreate"]
        assert (added["userErrors"], added["address"]["city"]) == ([], "London")
        me = (await shopper.data(ME))["me"]
        edited = (await shopper.data(EDIT, input={"firstName": "Grace"}))["meUpdate"]
        assert (edited["userErrors"], edited["customer"]["firstName"]) == ([], "Grace")
        me = (await shopper.data(ME))["me"]
        assert (me["email"], me["addresses"]) == (email, [{"city": "London"}])
        ids.append(me["id"])
    async with database.writes.acquire() as connection:
        await staff.create_staff_user(connection, email="a@example.com", name="A", role="administrator")
        clerk = Client(guest.http, "/admin/graphql", await staff.issue_staff_token(connection, email="a@example.com"))
        first, other = await connection._con._machines()  # type: ignore[attr-defined]
        counts = [len(await machine.fetch("SELECT id FROM customer")) for machine in (first, other)]
        assert sum(counts) == len(PEOPLE)
        assert 0 not in counts, "all customers are on one machine; choose other people"
    found = (await clerk.data(MANY, ids=ids))["nodes"]
    assert [(one["email"], one["firstName"], one["addresses"]) for one in found] == [
        (email, "Grace", [{"city": "London"}]) for email in PEOPLE
    ]
    assert all(one["history"]["nodes"] for one in found)
    by_email = (await clerk.data(BY_EMAIL, email=PEOPLE[0].upper()))["customer"]
    assert by_email == {"id": ids[0], "email": PEOPLE[0], "otherAccounts": []}
    out = (await shoppers[0].data(SIGN_OUT, input={}))["signOut"]
    assert (out["endedSessionCount"], out["userErrors"]) == (1, [])
    assert await is_out(shoppers[0])
    assert RoutingConnection.refused == []
    assert 0 not in RoutingConnection.ran


async def test_secrets_lead_to_their_customers_and_end_with_them(guest: Client, database: Database):
    """A token, its renewal and the link of a mail are found by their hash alone, wherever their customer lives."""
    for email in PEOPLE[:4]:
        await sign_up(guest, email)
        grant = (await guest.data(SIGN_IN, input={"email": email, "password": person(email)["password"]}))["signIn"]
        renewed = (await guest.data(REFRESH, input={"refreshToken": grant["refreshToken"]}))["tokenRefresh"]
        assert renewed["userErrors"] == []
        assert await is_out(Client(guest.http, "/graphql", grant["accessToken"]))
        own = Client(guest.http, "/graphql", renewed["accessToken"])
        assert (await own.data(ME))["me"]["email"] == email
        assert (await guest.data(RESET_REQUEST, input={"email": email}))["passwordResetRequest"]["userErrors"] == []
        async with database.writes.acquire() as connection:
            token = await newest_token(connection, email, "password_reset")
        given = {"token": token, "password": "another long enough passphrase"}
        for codes in ([], ["INVALID"]):
            reset = (await guest.data(RESET, input=given))["passwordReset"]
            assert [error["code"] for error in reset["userErrors"]] == codes
        assert await is_out(own)
    assert RoutingConnection.refused == []
    assert 0 not in RoutingConnection.ran


async def test_an_import_reaches_customers_on_two_machines(database: Database, tmp_path: Path):
    """Twice, the second time with other names and addresses of those who are there already."""
    use_distributed_forms(True)
    people = [ANN | {"email": email} for email in PEOPLE]
    homes = [HOME | {"_email": email, "_entity_id": str(place)} for place, email in enumerate(PEOPLE, 1)]
    async with database.writes.acquire() as connection:
        shop = Shop(connection, tmp_path)
        made = await shop.load(sheet(*people), sheet(*homes))
        assert (made.customers.created, made.addresses.created) == (len(PEOPLE), len(PEOPLE))
        renamed = [one | {"firstname": "Anna"} for one in people]
        moved = [one | {"city": "Leeds", "street": "2 Low Road"} for one in homes]
        changed = await shop.load(sheet(*renamed), sheet(*moved))
        assert (changed.customers.updated, changed.addresses.updated) == (len(PEOPLE), len(PEOPLE))
        stored, found = (
            "SELECT first_name, version FROM customer",
            "SELECT email, email_key, name, city FROM customer_grid_row",
        )
        machines = await connection._con._machines()  # type: ignore[attr-defined]
        customers = [[tuple(row) for row in await machine.fetch(stored)] for machine in machines]
        rows = [tuple(row) for machine in machines for row in await machine.fetch(found)]
        events = [
            len(await machine.fetch("SELECT id FROM customer_event WHERE kind = 'IMPORTED'")) for machine in machines
        ]
        assert await connection.fetchval("SELECT sum(change) FROM customer_count") == len(PEOPLE)
        assert await connection.fetchval("SELECT sum(amount) FROM daily_figure WHERE measure = 'SIGN_UPS'") == len(
            PEOPLE
        )
    use_distributed_forms(False)
    assert [] not in customers
    assert customers[0] + customers[1] == [("Anna", 3)] * len(PEOPLE)
    assert sorted(rows) == [(email, email, "Anna Lee", "Leeds") for email in sorted(PEOPLE)]
    assert sum(events) == 2 * len(PEOPLE)
    assert RoutingConnection.refused == []


async def test_a_statement_without_a_key_is_refused(database: Database):
    async with database.reads.acquire() as connection:
        with pytest.raises(NotRouted):
            await connection.fetch("SELECT * FROM wishlist WHERE name = $1", "A")
        with pytest.raises(NotRouted, match="put together"):
            await connection.fetch(
                "SELECT count(*) FROM address WHERE customer_id = ANY($1::bigint[])", list(range(20))
            )


@pytest.mark.parametrize(
    ("sql", "keys"),
    [
        ("SELECT * FROM customer WHERE id = $2 AND email = $1", [Key(2, "one")]),
        ("SELECT * FROM address WHERE customer_id = ANY ($1::BIGINT[])", [Key(1, "array")]),
        ("INSERT INTO customer_tag (tag, customer_id) VALUES ($1, $2)", [Key(2, "one")]),
        (
            "SELECT a.* FROM unnest($1::BIGINT[], $2::BIGINT[]) AS k(c, i) JOIN address a ON a.customer_id = k.c AND a.id = k.i",
            [Key(1, "array")],
        ),
        (
            (
                "INSERT INTO customer_tag (customer_id, tag) SELECT g.customer_id, g.tag"
                " FROM jsonb_to_recordset($1::JSONB) AS g(customer_id BIGINT, tag TEXT)"
            ),
            [Key(1, "rows", "customer_id")],
        ),
    ],
)
def test_the_keys_of_a_statement(sql: str, keys: list[Key]):
    route = find_route(sql)
    assert (route.place, list(route.keys)) == ("keyed", keys)


def test_arguments_are_split_by_machine():
    route = find_route(
        "SELECT a.* FROM unnest($1::BIGINT[], $2::BIGINT[]) AS k(c, i) JOIN address a ON a.customer_id = k.c AND a.id = k.i"
    )
    keys = list(range(8))
    parts: list[Any] = [split_arguments(route, [keys, [key * 10 for key in keys]], machine) for machine in (0, 1)]
    assert sorted(parts[0][0] + parts[1][0]) == keys
    for machine, (mine, beside) in enumerate(parts):
        assert {find_machine(key) for key in mine} == {machine}
        assert beside == [key * 10 for key in mine]
