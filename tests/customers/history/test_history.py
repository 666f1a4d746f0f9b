"""What the history of a customer shows, to whom, and at what price."""

from customer_gql.core.actor import SYSTEM, Actor, ActorKind
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.staff import writes as staff
from support.customers import customer_id, make_customer
from support.staff import make_website, staff_client

HISTORY = """query History($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  customer(id: $id) {
    history(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
      nodes {
        kind version actor address
        staff { email } impersonator { email }
        changes { field before after }
      }
    }
  }
}"""
EDIT = """mutation Edit($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"""


async def somebody(connection):
    email = f"staff{new_id()}@example.com"
    return await staff.create_staff_user(connection, email=email, name="Somebody", role="support"), email


async def history(client, shopper, **page):
    return (await client.data(HISTORY, id=customer_id(shopper), **page))["customer"]["history"]


async def test_who_did_what_from_where_newest_first(admin_client, connection):
    shopper = await make_customer(connection)
    staff_id, email = await somebody(connection)
    by_staff, by_both = (
        Actor(ActorKind.STAFF, staff_id, address="192.0.2.7"),
        Actor(ActorKind.CUSTOMER, shopper.id, staff_id, "::1"),
    )
    await record_customer_event(connection, shopper.id, kind="IMPORTED", version=1, by=SYSTEM)
    changes = {"telephone": (None, "1"), "gender": ("MALE", None), "points": (3, {"a": [1]})}
    await record_customer_event(connection, shopper.id, kind="EDITED", version=2, by=by_staff, changes=changes)
    await record_customer_event(connection, shopper.id, kind="ADDRESS_CREATED", version=3, by=by_both)
    await record_customer_event(connection, shopper.id, kind="ACTIVATED", version=4, by=Actor(ActorKind.SERVICE, 7))
    nobody = {"staff": None, "impersonator": None, "address": None, "changes": []}
    page = await history(admin_client, shopper)
    cursors = page["pageInfo"].pop("startCursor"), page["pageInfo"].pop("endCursor")
    assert page == {
        "totalCount": 4,
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
        "nodes": [
            {**nobody, "kind": "ACTIVATED", "version": 4, "actor": "SERVICE"},
            {
                **nobody,
                "kind": "ADDRESS_CREATED",
                "version": 3,
                "actor": "CUSTOMER",
                "impersonator": {"email": email},
                "address": "::1",
            },
            {
                "kind": "EDITED",
                "version": 2,
                "actor": "STAFF",
                "address": "192.0.2.7",
                "staff": {"email": email},
                "impersonator": None,
                "changes": [
                    {"field": "gender", "before": "MALE", "after": None},
                    {"field": "points", "before": "3", "after": '{"a":[1]}'},
                    {"field": "telephone", "before": None, "after": "1"},
                ],
            },
            {**nobody, "kind": "IMPORTED", "version": 1, "actor": "SYSTEM"},
        ],
    }
    assert all(cursors)


async def test_what_staff_edit_is_there_with_their_name(admin_client, connection):
    shopper = await make_customer(connection, tax_vat_number="GB1")
    await admin_client.data(EDIT, input={"id": customer_id(shopper), "taxVatNumber": "GB2"})
    [event] = (await history(admin_client, shopper))["nodes"]
    assert event["staff"]["email"].endswith("@example.com")
    assert (event["kind"], event["changes"]) == (
        "EDITED",
        [{"field": "taxVatNumber", "before": "GB1", "after": "GB2"}],
    )


async def test_a_group_or_website_is_nothing_personal(admin_client, http, connection):
    shopper, other = await make_customer(connection), await make_website(connection)
    moved = {"groupId": encode_id("grp", 2), "websiteId": encode_id("web", other), "taxVatNumber": "GB1"}
    await admin_client.data(EDIT, input={"id": customer_id(shopper), **moved})
    blind = await staff_client(http, connection, ALL_PERMISSIONS - {"customers.pii"})
    shown = {
        change["field"]: change for event in (await history(blind, shopper))["nodes"] for change in event["changes"]
    }
    assert {name: (change["before"], change["after"]) for name, change in shown.items()} == {
        "groupId": (encode_id("grp", 1), encode_id("grp", 2)),
        "websiteId": (encode_id("web", 1), encode_id("web", other)),
        "taxVatNumber": (None, "G•••"),
    }


async def test_pages_go_on_where_the_last_ended(admin_client, connection):
    shopper = await make_customer(connection)
    for version in range(1, 6):
        await record_customer_event(connection, shopper.id, kind="EDITED", version=version, by=SYSTEM)
    seen, after = [], None
    while True:
        page = await history(admin_client, shopper, first=2, **({"after": after} if after else {}))
        seen += [node["version"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [5, 4, 3, 2, 1]
    assert [node["version"] for node in (await history(admin_client, shopper, last=2))["nodes"]] == [2, 1]


async def test_fifty_histories_cost_as_many_statements_as_one(admin_client, connection, statements):
    document = """query Some($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer {
      history(first: 3) { totalCount nodes { id kind changes { field } staff { name } impersonator { name } } }
    } } }"""
    staff_id, _ = await somebody(connection)
    ids = []
    for _ in range(50):
        shopper = await make_customer(connection)
        ids.append(customer_id(shopper))
        for version in (1, 2, 3, 4):
            by = Actor(ActorKind.STAFF, staff_id) if version % 2 else Actor(ActorKind.CUSTOMER, shopper.id, staff_id)
            await record_customer_event(
                connection, shopper.id, kind="EDITED", version=version, by=by, changes={"a": (1, 2)}
            )
    counts = []
    for asked in (ids[:1], ids):
        await statements.clear()
        answer = await admin_client.data(document, ids=asked)
        assert [len(node["history"]["nodes"]) for node in answer["nodes"]] == [3] * len(asked)
        assert {node["history"]["totalCount"] for node in answer["nodes"]} == {4}
        counts.append(await statements.count())
    assert counts[0] == counts[1] <= 6


async def test_an_event_is_found_by_its_id_by_staff_alone(admin_client, as_customer, connection):
    shopper = await make_customer(connection)
    await record_customer_event(connection, shopper.id, kind="EDITED", version=1, by=SYSTEM)
    listed = "query H($id: ID!) { customer(id: $id) { history { nodes { id } } } }"
    [event] = (await admin_client.data(listed, id=customer_id(shopper)))["customer"]["history"]["nodes"]
    found = await admin_client.data(
        "query N($id: ID!) { node(id: $id) { id ... on HistoryEvent { kind } } }", id=event["id"]
    )
    assert found == {"node": {"id": event["id"], "kind": "EDITED"}}
    client = await as_customer(shopper.id)
    answer = await client.answer("query N($id: ID!) { node(id: $id) { id } }", id=event["id"])
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    answer = await client.answer("{ me { history { totalCount } } }")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_history_outlives_the_account_and_is_not_shown_without_permission(as_staff, connection):
    shopper = await make_customer(connection)
    await record_customer_event(connection, shopper.id, kind="EDITED", version=1, by=SYSTEM)
    await connection.execute("INSERT INTO staff_role VALUES (77, 'nothing', ARRAY[]::text[]) ON CONFLICT DO NOTHING")
    refused = await (await as_staff("nothing")).answer(HISTORY, id=customer_id(shopper))
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.read"}
    await connection.execute("DELETE FROM staff_user WHERE role_id = 77")
    await connection.execute("DELETE FROM staff_role WHERE id = 77")
    await connection.execute("DELETE FROM customer WHERE id = $1", shopper.id)
    assert await connection.fetchval("SELECT count(*) FROM customer_event WHERE customer_id = $1", shopper.id) == 1
    event = await connection.fetchval("SELECT id FROM customer_event WHERE customer_id = $1", shopper.id)
    found = await (await as_staff("support")).data(
        "query N($id: ID!) { node(id: $id) { ... on HistoryEvent { kind } } }", id=encode_id("evt", shopper.id, event)
    )
    assert found == {"node": {"kind": "EDITED"}}


async def test_changes_have_labels_beside_ids_also_of_records_that_are_gone(admin_client, connection, statements):
    shopper = await make_customer(connection)
    gone = encode_id("grp", 30_000)
    changes = {"groupId": (gone, encode_id("grp", 1)), "adr_1f.countryCode": ("DE", "SE"), "gender": (None, "FEMALE")}
    labelled = """query H($id: ID!, $first: Int) { customer(id: $id) { history(first: $first) { nodes {
      changes { field beforeLabel afterLabel } } } } }"""
    counts: list[int] = []
    for count in (1, 50):
        for _ in range(count):
            await record_customer_event(connection, shopper.id, kind="EDITED", version=2, by=SYSTEM, changes=changes)
        await statements.clear()
        found = await admin_client.data(labelled, id=customer_id(shopper), first=count)
        counts.append(await statements.count())
        events = found["customer"]["history"]["nodes"]
        group = await connection.fetchval("SELECT name FROM customer_group WHERE id = 1")
        expected = [
            {"field": "adr_1f.countryCode", "beforeLabel": "Germany", "afterLabel": "Sweden"},
            {"field": "gender", "beforeLabel": None, "afterLabel": "Female"},
            {"field": "groupId", "beforeLabel": gone, "afterLabel": group},
        ]
        assert [one["changes"] for one in events] == [expected] * count
    assert counts[0] == counts[1]
