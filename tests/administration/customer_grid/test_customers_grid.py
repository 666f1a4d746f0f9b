"""The list of customers as a grid: rows, counts, facets, searches, orders, limits."""

import asyncio
import datetime as dt
from random import Random

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.tables import customer_activity
from support.customers import customer_id, make_address, make_customer, make_full_customer, put, recompute_rows
from support.staff import make_website, staff_client

LIST = """query L($first: Int, $after: String, $last: Int, $before: String, $filter: CustomerFilter, $search: String,
    $sort: [CustomerSort!]) {
  customers(first: $first, after: $after, last: $last, before: $before, filter: $filter, search: $search, sort: $sort) {
    totalCount totalCountPrecision nodes { id }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"""
ROW = """number name email group { id label } telephone postcode country region createdAt website { id label }
  confirmationStatus createdIn { label } dateOfBirth birthYear taxVatNumber gender company street city fax billingFirstName
  billingLastName billingAddress shippingAddress vatNumber isLocked status customerType salesRepresentative { id label }
  lastSignInAt lastActivityAt updatedAt orderCount lifetimeValue { amount currency } averageOrderValue { amount currency }
  firstOrderAt lastOrderAt storeCredit { amount currency } rewardPoints newsletterStatus subscribedStoreView { label }
  allowsRemoteAssistance"""
ROWS = f"""query R($filter: CustomerFilter, $first: Int) {{ customers(filter: $filter, first: $first) {{
  nodes {{ id gridRow {{ {ROW} }} }} }} }}"""
WHOLE = """query W($filter: CustomerFilter, $columns: [String!]!, $first: Int! = 10) { customers(filter: $filter, first: 1) {
  totalCount totalCountPrecision
  facets(columns: $columns, first: $first) { column values { value label count } otherCount precision }
  explain { estimatedRowCount isIndexed clauses { path isIndexed } } } }"""
MATCHES = """query M($id: ID!, $filter: CustomerFilter!) { customer(id: $id) {
  matches(filter: $filter) { isMatch clauses { path operator actual isTrue } } } }"""


def on(website):
    return {"website_id": website, "created_in_store_view_id": website}


def within(website, *more):
    return {"and": [{"website": {"eq": encode_id("web", website)}}, *more]}


COUNT_LONG = "query C($filter: CustomerFilter) { customers(filter: $filter) { totalCount } }"


@pytest.fixture
async def here(connection):
    return await make_website(connection)


def ids(read):
    return [node["id"] for node in read["customers"]["nodes"]]


async def test_a_row_shows_every_column(admin_client, connection):
    row = await make_full_customer(
        connection, first_name="Anna", last_name="Meyer", gender="FEMALE", date_of_birth=dt.date(1990, 2, 28)
    )
    read = await admin_client.data(ROWS, filter={"number": {"eq": row.number}})
    [node] = read["customers"]["nodes"]
    shown = node["gridRow"]
    assert shown.pop("updatedAt") == row.updated_at.isoformat()
    assert shown == {
        "number": row.number,
        "name": "Anna Meyer",
        "email": row.email,
        "group": {"id": "grp_0000000000000001", "label": "General"},
        "telephone": "+44 20 7946 0000",
        "postcode": "N1 7AA",
        "country": "GB",
        "region": None,
        "createdAt": "2026-01-02T03:04:05+00:00",
        "website": {"id": "web_0000000000000001", "label": "Main Website"},
        "confirmationStatus": "NOT_REQUIRED",
        "createdIn": {"label": "Default Store View"},
        "dateOfBirth": "1990-02-28",
        "birthYear": 1990,
        "taxVatNumber": None,
        "gender": "FEMALE",
        "company": None,
        "street": "1 Analytical Way",
        "city": "London",
        "fax": None,
        "billingFirstName": "Anna",
        "billingLastName": "Meyer",
        "billingAddress": "Anna Meyer, 1 Analytical Way, N1 7AA London, GB",
        "shippingAddress": "Anna Meyer, 1 Analytical Way, N1 7AA London, GB",
        "vatNumber": None,
        "isLocked": False,
        "status": "ACTIVE",
        "customerType": "INDIVIDUAL",
        "salesRepresentative": None,
        "lastSignInAt": "2026-03-01T12:00:00+00:00",
        "lastActivityAt": "2026-03-01T12:00:00+00:00",
        "orderCount": 2,
        "lifetimeValue": {"amount": "49.80", "currency": "USD"},
        "averageOrderValue": {"amount": "24.90", "currency": "USD"},
        "firstOrderAt": "2026-03-01T12:00:00+00:00",
        "lastOrderAt": "2026-03-01T12:00:00+00:00",
        "storeCredit": {"amount": "10.00", "currency": "USD"},
        "rewardPoints": 40,
        "newsletterStatus": "SUBSCRIBED",
        "subscribedStoreView": {"label": "Default Store View"},
        "allowsRemoteAssistance": False,
    }


@pytest.mark.parametrize("status", ["REQUIRED", "CONFIRMED"])
async def test_the_confirmation_of_an_address(status, admin_client, connection):
    given = {"is_email_confirmed": False} if status == "REQUIRED" else {"email_verified_at": dt.datetime.now(dt.UTC)}
    row = await make_customer(connection, **given)
    read = await admin_client.data(ROWS, filter={"number": {"eq": row.number}, "confirmationStatus": {"eq": status}})
    assert read["customers"]["nodes"][0]["gridRow"]["confirmationStatus"] == status


async def test_a_count_facets_and_an_explanation_are_one_statement_each(admin_client, connection, statements, here):
    rows = [await make_customer(connection, **on(here), gender=gender) for gender in ("MALE", "FEMALE", "MALE", None)]
    await make_address(connection, rows[0], is_default_billing=True)
    await statements.clear()
    columns = ["country", "gender", "isLocked", "website"]
    read = await admin_client.data(WHOLE, filter=within(here, {"name": {"contains": "y"}}), columns=columns, first=1)
    assert await statements.count("customer_grid_row") == 4
    website = {"value": encode_id("web", here), "label": f"Website {here}", "count": 4}
    found = read["customers"]["facets"]
    assert found[3]["values"][0]["value"] == website["value"]
    assert (read["customers"]["totalCount"], read["customers"]["totalCountPrecision"]) == (4, "EXACT")
    assert found[:3] == [
        {
            "column": "country",
            "values": [{"value": None, "label": None, "count": 3}],
            "otherCount": 1,
            "precision": "EXACT",
        },
        {
            "column": "gender",
            "values": [{"value": "MALE", "label": "Male", "count": 2}],
            "otherCount": 2,
            "precision": "EXACT",
        },
        {
            "column": "isLocked",
            "values": [{"value": "false", "label": "No", "count": 4}],
            "otherCount": 0,
            "precision": "EXACT",
        },
    ]
    explained = read["customers"]["explain"]
    assert explained["isIndexed"] is True
    assert explained["estimatedRowCount"] >= 0
    assert explained["clauses"] == [
        {"path": "filter.and.0.website.eq", "isIndexed": True},
        {"path": "filter.and.1.name.contains", "isIndexed": False},
    ]


async def test_facets_name_countries(admin_client, connection, here):
    row = await make_customer(connection, **on(here))
    await make_address(connection, row, is_default_billing=True, country_code="DE")
    read = await admin_client.data(WHOLE, filter=within(here), columns=["country"])
    assert read["customers"]["facets"][0]["values"] == [{"value": "DE", "label": "Germany", "count": 1}]


@pytest.mark.parametrize(
    ("columns", "first", "said"),
    [
        (["email"], 10, "columns: 'email' is no column with facets."),
        (["nothing"], 10, "columns: 'nothing' is no column with facets."),
        (["country"], 0, "first: ask for 1 to 100 values, not 0."),
        (["country"] * 11, 10, "columns: ask for at most 10 facets, not 11."),
    ],
)
async def test_facets_that_cannot_be(columns, first, said, admin_client):
    answer = await admin_client.answer(WHOLE, columns=columns, first=first)
    assert (answer["errors"][0]["message"], answer["errors"][0]["extensions"]["code"]) == (said, "BAD_USER_INPUT")


@pytest.fixture
async def varied(connection, here):
    """Customers who differ in what sorts them, some with the same values and some with none."""
    made = []
    for number in range(7):
        row = await make_customer(
            connection,
            **on(here),
            first_name="AaBbCcA"[number],
            last_name=["Zoe", "zoe", "Ab"][number % 3],
            gender=["MALE", None][number % 2],
            status=["ACTIVE", "INACTIVE"][number % 2],
            date_of_birth=None if number % 3 else dt.date(1990, 1, 1 + number),
            tax_vat_number=None if number % 2 else f"T{number}",
        )
        if number % 2:
            await make_address(connection, row, is_default_billing=True, city=f"C{number}", company=None)
        if number % 3:
            seen = dt.datetime(2026, 1, 1 + number % 3, tzinfo=dt.UTC)
            await put(connection, customer_activity, customer_id=row.id, last_sign_in_at=seen, last_activity_at=seen)
        await recompute_rows(connection, row.id)
        made.append(customer_id(row))
    return made


async def walk(client, size, *, backward=False, between=None, **given):
    met, place = [], None
    while True:
        window = {"last": size, "before": place} if backward else {"first": size, "after": place}
        read = await client.data(LIST, **window, **given)
        met = ids(read) + met if backward else met + ids(read)
        info = read["customers"]["pageInfo"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return met
        place = info["startCursor" if backward else "endCursor"]
        if between is not None:
            await between()


async def test_three_keys_in_both_directions(admin_client, here, varied):
    sort = [
        {"by": "LAST_ACTIVITY_AT", "direction": "DESC"},
        {"by": "TAX_VAT_NUMBER"},
        {"by": "NAME", "direction": "DESC"},
    ]
    forward = await walk(admin_client, 2, sort=sort, filter=within(here))
    assert sorted(forward) == sorted(varied)
    assert await walk(admin_client, 2, backward=True, sort=sort, filter=within(here)) == forward


async def test_empty_values_are_lowest(admin_client, connection, here):
    empty = await make_customer(connection, **on(here))
    full = await make_customer(connection, **on(here), tax_vat_number="1")
    up = await admin_client.data(LIST, sort={"by": "TAX_VAT_NUMBER"}, filter=within(here))
    down = await admin_client.data(LIST, sort={"by": "TAX_VAT_NUMBER", "direction": "DESC"}, filter=within(here))
    assert ids(up) == [customer_id(empty), customer_id(full)] == ids(down)[::-1]


@pytest.mark.parametrize(
    ("sort", "said"),
    [
        ([{"by": key} for key in ("NAME", "EMAIL", "NUMBER", "CITY")], "sort: sort by at most 3 keys, not 4."),
        ([{"by": "NAME"}, {"by": "NAME", "direction": "DESC"}], "sort: name each key once."),
    ],
)
async def test_orders_that_cannot_be(sort, said, admin_client):
    answer = await admin_client.answer(LIST, sort=sort)
    assert (answer["errors"][0]["message"], answer["errors"][0]["extensions"]["code"]) == (said, "BAD_USER_INPUT")


async def test_a_cursor_is_bound_to_its_order(admin_client, connection, here):
    for _ in range(2):
        await make_customer(connection, **on(here))
    read = await admin_client.data(LIST, first=1, filter=within(here))
    cursor = read["customers"]["pageInfo"]["endCursor"]
    assert len(ids(await admin_client.data(LIST, first=1, after=cursor, filter=within(here)))) == 1
    answer = await admin_client.answer(LIST, first=1, after=cursor, sort={"by": "NAME"})
    assert answer["errors"][0]["message"] == "after: this cursor belongs to a list in another order."


@pytest.fixture
async def anna(connection, here):
    row = await make_customer(
        connection, **on(here), first_name="Anna", last_name="M\u00fcller-Meyer", email=f"anna.m{here}@search.example"
    )
    await make_address(
        connection,
        row,
        is_default_billing=True,
        company="Analytical & Sons Ltd.",
        city="S\u00e3o Paulo",
        postcode="AB1 2CD",
        telephone="020 7946 0123",
    )
    await make_customer(connection, **on(here), first_name="Hannah", last_name="Other")
    return row


@pytest.mark.parametrize(
    "search",
    [
        "anna meye",
        "MEYER  anna",
        "mull",
        "m\u00fcl",
        "sons anal",
        "sao",
        "paulo anna",
        "ab1",
        "AB1 2CD",
        "anna.m{0}@search.example",
        "ANNA.M{0}@search",
        "+44 20 7946 0123",
        "7946 0123",
        "0207946 0123",
        "{1}",
        "m\u00fcller-m",
        "anna.m{0}",
    ],
)
async def test_a_search_finds(search, admin_client, anna, here):
    text = search.format(here, anna.number)
    assert ids(await admin_client.data(LIST, search=text, filter=within(here))) == [customer_id(anna)]


@pytest.mark.parametrize("search", ["nna", "anna other", "@search.example", "46 0123", "bert", "b1", "%", "ann_"])
async def test_a_search_does_not_find(search, admin_client, anna, here):
    answer = await admin_client.answer(LIST, search=search, filter=within(here))
    if "errors" in answer:
        assert answer["errors"][0]["message"] == "search: enter at least one word, or leave search out."
    else:
        assert customer_id(anna) not in [node["id"] for node in answer["data"]["customers"]["nodes"]]


async def test_exact_matches_come_first_without_an_order(admin_client, connection, here):
    first = await make_customer(connection, **on(here))
    named = await make_customer(connection, **on(here), last_name=str(first.number))
    filter = within(here)
    assert ids(await admin_client.data(LIST, search=str(first.number), filter=filter)) == [
        customer_id(first),
        customer_id(named),
    ]
    newest = {"by": "NUMBER", "direction": "DESC"}
    assert ids(await admin_client.data(LIST, search=str(first.number), filter=filter, sort=newest)) == [
        customer_id(named),
        customer_id(first),
    ]
    assert await walk(admin_client, 1, search=str(first.number), filter=filter) == [
        customer_id(first),
        customer_id(named),
    ]


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("", "search: enter at least one word, or leave search out."),
        ("a b c d e f g h i", "search: enter at most 8 words, not 9."),
    ],
)
async def test_a_search_that_cannot_be(search, said, admin_client):
    answer = await admin_client.answer(LIST, search=search)
    assert (answer["errors"][0]["message"], answer["errors"][0]["extensions"]["code"]) == (said, "BAD_USER_INPUT")


@pytest.mark.parametrize("search", ["'", "\\", "' | 'a", "a:*", "!a & (b", "''':*", "x" * 4000, "a'b\\c'd"])
async def test_a_hostile_search_is_text(search, admin_client):
    answer = await admin_client.answer(LIST, search=search, first=1)
    assert "errors" not in answer or answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_hostile_names_do_not_break_the_row(connection):
    for name in ("'\\' | & !:*", "\ufdfa" * 200, "\u0130" * 255, "\U0001f600" * 60):
        row = await make_customer(connection, first_name=name, last_name=name)
        await make_address(connection, row, is_default_billing=True, company=name, city=name)


@pytest.mark.parametrize(("first", "last"), [(0x20000, 0x2A6D5), (0x3300, 0x3357), (0x4E00, 0x9FFF)])
async def test_names_that_take_much_room_fit_into_the_indexes(first, last, admin_client, connection, here):
    random = Random(5)

    def text(length):  # which does not compress
        return "".join(chr(random.randint(first, last)) for _ in range(length))

    values = {"first_name": text(255), "last_name": text(255), "tax_vat_number": text(50), "external_id": text(64)}
    row = await make_customer(connection, **on(here), **values)
    await make_address(connection, row, is_default_billing=True, company=text(255), city=text(255))
    assert ids(await admin_client.data(LIST, search=row.first_name[:20], filter=within(here))) == [customer_id(row)]
    starts = within(here, {"name": {"startsWith": row.first_name[:50]}}, {"company": {"isNull": False}})
    assert ids(await admin_client.data(LIST, filter=starts, sort=[{"by": "NAME"}])) == [customer_id(row)]


async def test_one_customer_is_explained(admin_client, connection, statements):
    row = await make_full_customer(connection)
    filter = {"orderCount": {"gte": 2}, "group": {"in": [encode_id("grp", 2)]}, "createdAt": {"inLastDays": 0}}
    read = await admin_client.data(MATCHES, id=customer_id(row), filter=filter)
    assert read["customer"]["matches"] == {
        "isMatch": False,
        "clauses": [
            {"path": "filter.group.in", "operator": "in", "actual": encode_id("grp", 1), "isTrue": False},
            {
                "path": "filter.createdAt.inLastDays",
                "operator": "inLastDays",
                "actual": "2026-01-02T03:04:05+00:00",
                "isTrue": False,
            },
            {"path": "filter.orderCount.gte", "operator": "gte", "actual": "2", "isTrue": True},
        ],
    }
    everybody = await admin_client.data(MATCHES, id=customer_id(row), filter={})
    assert everybody["customer"]["matches"] == {"isMatch": True, "clauses": []}


async def test_customers_of_a_page_are_explained_together(admin_client, connection, statements, here):
    for _ in range(50):
        await make_customer(connection, **on(here))
    document = """query M($filter: CustomerFilter, $first: Int) { customers(filter: $filter, first: $first) {
      nodes { matches(filter: {status: {eq: ACTIVE}}) { isMatch } } } }"""
    counts = []
    for size in (1, 50):
        await statements.clear()
        read = await admin_client.data(document, filter=within(here), first=size)
        assert [node["matches"]["isMatch"] for node in read["customers"]["nodes"]] == [True] * size
        counts.append(await statements.count("customer_grid_row"))
    assert counts == [2, 2]


SET = "INSERT INTO configuration_value (path, scope, scope_id, value) VALUES ($1, 'GLOBAL', 0, $2)"


async def test_a_count_over_the_limit_is_an_estimate(admin_client, connection, here):
    for _ in range(4):
        await make_customer(connection, **on(here))
    await connection.execute("ANALYZE customer_grid_row")
    await connection.execute(SET, "grid.exact_count_limit", "2")
    read = (await admin_client.data(WHOLE, filter=within(here), columns=["status"]))["customers"]
    assert read["totalCountPrecision"] == "ESTIMATED"
    assert read["totalCount"] >= 3
    assert read["facets"][0]["precision"] == "ESTIMATED"


@pytest.mark.parametrize(
    ("column", "letter", "kept"),
    [("name", "\ufdfa", 300), ("company", "\ufdfa", 600), ("name", "\U0001d15e", 300), ("company", "\U0001d15e", 255)],
)
async def test_of_a_long_text_as_much_is_compared_as_is_kept(column, letter, kept, admin_client, connection):
    """Letters that fold into eighteen, and into one of four bytes: what is kept has room in every index."""
    long = letter * 255
    row = await make_customer(connection, first_name=long, last_name=long)
    await make_address(connection, row, company=long, is_default_billing=True)
    texts = {"name": f"{long} {long}", "company": long}
    given = [{"eq": texts[column]}, {"in": ["x", texts[column]]}, {"startsWith": long}, {"contains": long}]
    for condition in given:
        filter = {"number": {"eq": row.number}, column: condition}
        assert (await admin_client.data(COUNT_LONG, filter=filter))["customers"]["totalCount"] == 1, condition
    filter = {"number": {"eq": row.number}, column: {"notIn": [texts[column]]}}
    assert (await admin_client.data(COUNT_LONG, filter=filter))["customers"]["totalCount"] == 0
    fold = f"SELECT length({column}_fold) FROM customer_grid_row WHERE customer_id = $1"
    assert await connection.fetchval(fold, row.id) == kept


async def test_a_list_that_takes_too_long_is_canceled(admin_client, connection, database):
    await connection.execute(SET, "grid.statement_seconds", "1")
    async with database.writes.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE customer_grid_row IN ACCESS EXCLUSIVE MODE")
        filter = {"city": {"contains": "a"}, "email": {"eq": "a@example.com"}}
        answer = await asyncio.wait_for(admin_client.answer(LIST, filter=filter), 20)
        assert answer["data"] == {"customers": None}
        [error] = answer["errors"]
        assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX", "clauses": ["filter.city.contains"]}
        assert error["path"] == ["customers"]
        seen = await admin_client.data("{ customers(first: 1) { nodes { id } } }")
        assert seen["customers"]["nodes"]
    assert (await admin_client.data(LIST, filter=filter))["customers"]["nodes"] == []


async def test_staff_of_a_website_see_nothing_of_others(http, connection, here):
    there = await make_website(connection)
    mine = await make_customer(connection, **on(here))
    other = await make_customer(connection, **on(there))
    clerk = await staff_client(http, connection, website_ids=[here])
    for given in ({}, {"filter": {"not": {"number": {"eq": 0}}}}, {"sort": {"by": "NAME"}}, {"search": "ada"}):
        read = (await clerk.data(LIST, **given))["customers"]
        assert ([node["id"] for node in read["nodes"]], read["totalCount"]) == ([customer_id(mine)], 1), given
    assert ids(await clerk.data(LIST, filter=within(there))) == []
    read = (await clerk.data(WHOLE, filter={"or": [within(there), {}]}, columns=["website"]))["customers"]
    assert [value["value"] for value in read["facets"][0]["values"]] == [encode_id("web", here)]
    assert (await clerk.data(MATCHES, id=customer_id(other), filter={}))["customer"] is None


async def test_a_row_follows_what_it_shows(admin_client, connection):
    row = await make_customer(connection)
    edit = "mutation E($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { changedFields } }"
    await admin_client.data(
        edit, input={"id": customer_id(row), "taxVatNumber": "AT U1", "groupId": encode_id("grp", 2)}
    )
    filter = {
        "taxVatNumber": {"startsWith": "at u"},
        "number": {"eq": row.number},
        "group": {"eq": encode_id("grp", 2)},
    }
    assert ids(await admin_client.data(LIST, filter=filter)) == [customer_id(row)]


async def test_a_row_that_is_the_same_is_not_written(connection):
    row = await make_full_customer(connection)
    where = "SELECT xmin FROM customer_grid_row WHERE customer_id = $1"
    before = await connection.fetchval(where, row.id)
    await recompute_rows(connection, row.id)
    assert await connection.fetchval(where, row.id) == before


async def test_a_deleted_customer_has_no_row(admin_client, connection):
    row = await make_customer(connection)
    gone = "mutation D($input: CustomerMassActionInput!) { customerMassAction(input: $input) { doneCount } }"
    await admin_client.data(gone, input={"action": "DELETE", "selection": {"ids": [customer_id(row)]}})
    assert ids(await admin_client.data(LIST, filter={"number": {"eq": row.number}})) == []


async def test_the_sort_key_of_a_name_is_that_of_the_customer(connection):
    row = await make_customer(connection, last_name="\u00d8st")
    key = await connection.fetchval("SELECT name_sort_key FROM customer_grid_row WHERE customer_id = $1", row.id)
    assert key == row.name_sort_key == "ost\tada"
