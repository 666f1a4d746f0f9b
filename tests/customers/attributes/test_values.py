"""Values of attributes are stored through every door, and shown by what the website shows (docs/domain/attributes.md#attributes-9)."""

import asyncio
import uuid

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.security.hashing import hash_password
from support.customers import customer_id, make_address, make_customer
from support.staff import make_website, staff_client

from .samples import WEBSITE, delete_made, make_attribute, override

VALUE = "code label type display text lines date boolean options { code label }"
ME = f"query M($codes: [String!]) {{ me {{ attributes(codes: $codes) {{ {VALUE} }} }} }}"
EDIT = f"""mutation E($input: MeUpdateInput!) {{ meUpdate(input: $input) {{ changedFields
  customer {{ version attributes {{ {VALUE} }} }} userErrors {{ code key path }} }} }}"""
STAFF_EDIT = f"""mutation E($input: CustomerUpdateInput!) {{ customerUpdate(input: $input) {{ changedFields
  customer {{ attributes {{ {VALUE} }} }} userErrors {{ code key path }} }} }}"""
QUICK = f"""mutation Q($input: CustomerQuickEditInput!) {{ customerQuickEdit(input: $input) {{ changedFields
  customer {{ attributes {{ {VALUE} }} }} userErrors {{ code key path }} }} }}"""
CREATE = f"""mutation C($input: CustomerCreateInput!) {{ customerCreate(input: $input) {{
  customer {{ id attributes {{ {VALUE} }} }} userErrors {{ code key path }} }} }}"""
SIGN_UP = "mutation S($input: SignUpInput!) { signUp(input: $input) { userErrors { code key path } } }"
ADDRESS_CREATE = f"""mutation C($input: AddressCreateInput!) {{ addressCreate(input: $input) {{ changedFields
  address {{ id attributes {{ {VALUE} }} }} userErrors {{ code key path }} }} }}"""
ADDRESS_UPDATE = f"""mutation U($input: AddressUpdateInput!) {{ addressUpdate(input: $input) {{ changedFields
  address {{ id attributes {{ {VALUE} }} }} userErrors {{ code key path }} }} }}"""
ONE = f"query O($id: ID!) {{ customer(id: $id) {{ attributes {{ {VALUE} }} }} }}"
HISTORY = """query H($id: ID!) { customer(id: $id) { history(first: 1) { nodes { kind
  changes { field before after } } } } }"""
BLANK = {"text": None, "lines": None, "date": None, "boolean": None, "options": []}
STREET = {
    "firstName": "Ann",
    "lastName": "Lee",
    "street": ["1 High Street"],
    "city": "Leeds",
    "postcode": "LS1 1AA",
    "countryCode": "GB",
    "telephone": "0113 496 0000",
}


@pytest.fixture(autouse=True)
async def few_attributes(connection):
    yield
    await delete_made(connection)


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def call(client, document, **input):
    [answer] = (await client.data(document, input=input)).values()
    return answer


def refusals(answer):
    return [(one["code"], one["key"], one["path"]) for one in answer["userErrors"]]


def give(row, value):
    return {"attributes": [{"code": row.code, "value": value}]}


def shown(row, type, display, **members):
    return {"code": row.code, "label": "Shoe size", "type": type, "display": display, **BLANK, **members}


@pytest.mark.parametrize(
    ("type", "value", "display", "stored"),
    [
        ("TEXT", {"text": " 42 "}, "42", {"text": "42"}),
        ("TEXT_AREA", {"text": "a\r\nb"}, "a\nb", {"text": "a\nb"}),
        ("MULTILINE", {"lines": ["a", " ", "b"]}, "a, b", {"lines": ["a", "b"]}),
        ("DATE", {"date": "2024-02-29"}, "2024-02-29", {"date": "2024-02-29"}),
        ("BOOLEAN", {"boolean": False}, "No", {"boolean": False}),
        ("SELECT", {"options": ["m"]}, "M", {"options": [{"code": "m", "label": "M"}]}),
        (
            "MULTI_SELECT",
            {"options": ["m", "s", "m"]},
            "M, S",
            {"options": [{"code": "m", "label": "M"}, {"code": "s", "label": "S"}]},
        ),
    ],
)
async def test_a_customer_stores_and_clears_a_value(type, value, display, stored, as_customer, connection, boss):
    row = await make_attribute(connection, ("s", "m") if "SELECT" in type else (), type=type)
    customer = await make_customer(connection)
    me = await as_customer(customer.id)
    edited = await call(me, EDIT, **give(row, value))
    expected = shown(row, type, display, **stored)
    assert edited == {
        "changedFields": [f"attributes.{row.code}"],
        "customer": {"version": customer.version + 1, "attributes": [expected]},
        "userErrors": [],
    }
    again = await call(me, EDIT, **give(row, value))
    assert (again["changedFields"], again["customer"]["version"]) == ([], customer.version + 1)
    assert (await me.data(ME, codes=[row.code]))["me"]["attributes"] == [expected]
    history = (await boss.data(HISTORY, id=customer_id(customer)))["customer"]["history"]["nodes"]
    [change] = history[0]["changes"]
    assert (history[0]["kind"], change["field"], change["before"]) == ("EDITED", f"attributes.{row.code}", None)
    cleared = await call(me, EDIT, **give(row, None))
    assert (cleared["changedFields"], cleared["customer"]["attributes"]) == ([f"attributes.{row.code}"], [])
    assert await connection.fetchval("SELECT count(*) FROM customer_attribute WHERE attribute_id = $1", row.id) == 0


async def test_attributes_that_are_not_listed_keep_their_values(as_customer, connection):
    rows = [await make_attribute(connection, sort_order=place) for place in range(3)]
    me = await as_customer((await make_customer(connection)).id)
    await call(me, EDIT, attributes=[{"code": row.code, "value": {"text": "a"}} for row in rows])
    edited = await call(me, EDIT, **give(rows[1], {"text": "b"}))
    assert [one["text"] for one in edited["customer"]["attributes"]] == ["a", "b", "a"]
    found = (await me.data(ME, codes=[rows[2].code, rows[0].code]))["me"]["attributes"]
    assert [one["code"] for one in found] == [rows[0].code, rows[2].code]


async def test_an_option_of_another_attribute_is_unknown(as_customer, connection):
    row = await make_attribute(connection, ("s",), type="SELECT")
    other = await make_attribute(connection, ("other",), type="SELECT")
    me = await as_customer((await make_customer(connection)).id)
    path = ["attributes", "0", "value", "options", "0"]
    assert refusals(await call(me, EDIT, **give(row, {"options": ["other"]}))) == [
        ("NOT_FOUND", "attribute.option_not_found", path)
    ]
    assert refusals(await call(me, EDIT, **give(row, {"options": ["s", "other"]}))) == [
        ("TOO_MANY", "attribute.one_option", ["attributes", "0", "value", "options"])
    ]
    assert (await call(me, EDIT, **give(other, {"options": ["other"]})))["userErrors"] == []


@pytest.mark.parametrize(
    ("given", "value", "refused"),
    [
        ({}, {"date": "2024-01-01"}, ("INVALID", "attribute.wrong_member", [])),
        ({}, {"text": "x" * 256}, ("TOO_LONG", "text.too_long", ["text"])),
        ({"rules": {"maxLength": 2}}, {"text": "abc"}, ("TOO_LONG", "text.too_long", ["text"])),
        ({"rules": {"minLength": 2}}, {"text": "a"}, ("INVALID", "attribute.too_short", ["text"])),
        ({"rules": {"validation": "NUMERIC"}}, {"text": "4a"}, ("INVALID", "attribute.not_digits", ["text"])),
        ({"rules": {"validation": "ALPHA"}}, {"text": "a1"}, ("INVALID", "attribute.not_letters", ["text"])),
        (
            {"rules": {"validation": "ALPHANUMERIC"}},
            {"text": "a b"},
            ("INVALID", "attribute.not_alphanumeric", ["text"]),
        ),
        (
            {"rules": {"validation": "ALPHANUMERIC_WITH_SPACES"}},
            {"text": "a-b"},
            ("INVALID", "attribute.not_words", ["text"]),
        ),
        ({"rules": {"validation": "EMAIL"}}, {"text": "a@"}, ("INVALID", "email.invalid", ["text"])),
        (
            {"rules": {"validation": "URL"}},
            {"text": "javascript:alert(1)"},
            ("INVALID", "attribute.not_a_url", ["text"]),
        ),
        (
            {"type": "MULTILINE", "rules": {"lineCount": 2}},
            {"lines": ["a", "b", "c"]},
            ("TOO_MANY", "attribute.too_many_lines", ["lines"]),
        ),
        (
            {"type": "MULTILINE", "rules": {"validation": "NUMERIC"}},
            {"lines": ["1", "b"]},
            ("INVALID", "attribute.not_digits", ["lines", "1"]),
        ),
        (
            {"type": "DATE", "rules": {"minDate": "2024-01-01"}},
            {"date": "2023-12-31"},
            ("INVALID", "attribute.date_too_early", ["date"]),
        ),
        (
            {"type": "DATE", "rules": {"maxDate": "2024-01-01"}},
            {"date": "2024-01-02"},
            ("INVALID", "attribute.date_too_late", ["date"]),
        ),
        ({"is_required": True}, None, ("REQUIRED", "attribute.required", [])),
        ({"is_required": True}, {"text": " "}, ("REQUIRED", "attribute.required", [])),
    ],
)
async def test_values_that_are_refused(given, value, refused, as_customer, connection):
    row = await make_attribute(connection, **given)
    me = await as_customer((await make_customer(connection)).id)
    code, key, path = refused
    answer = await call(me, EDIT, **give(row, value))
    assert refusals(answer) == [(code, key, ["attributes", "0", "value", *path])]
    assert await connection.fetchval("SELECT count(*) FROM customer_attribute WHERE attribute_id = $1", row.id) == 0


@pytest.mark.parametrize(
    ("filter", "text", "stored"),
    [
        ("STRIP_TAGS", "a<b>b</b><<i>script>", "ab"),
        ("STRIP_TAGS", "1 < 2", "1 < 2"),
        ("ESCAPE_HTML", "<b>", "&lt;b&gt;"),
    ],
)
async def test_input_filters(filter, text, stored, as_customer, connection):
    row = await make_attribute(connection, input_filter=filter)
    me = await as_customer((await make_customer(connection)).id)
    edited = await call(me, EDIT, **give(row, {"text": text}))
    assert edited["customer"]["attributes"][0]["text"] == stored
    again = await call(me, EDIT, **give(row, {"text": stored}))
    assert again["changedFields"] == []


async def test_rules_judge_new_values_only(as_customer, connection):
    row = await make_attribute(connection)
    me = await as_customer((await make_customer(connection)).id)
    await call(me, EDIT, **give(row, {"text": "long"}))
    await connection.execute("UPDATE attribute SET rules = '{\"maxLength\": 2}' WHERE id = $1", row.id)
    other = await call(me, EDIT, firstName="Ann", **give(row, {"text": "long"}))
    assert (other["userErrors"], other["changedFields"]) == ([], ["firstName"])
    assert refusals(await call(me, EDIT, **give(row, {"text": "longer"}))) == [
        ("TOO_LONG", "text.too_long", ["attributes", "0", "value", "text"])
    ]


async def test_what_a_form_does_not_show_is_unknown(as_customer, connection, boss):
    hidden = await make_attribute(connection, is_visible=False)
    other_form = await make_attribute(connection, forms=["SIGN_UP"])
    of_address = await make_attribute(connection, entity="ADDRESS")
    elsewhere = await make_attribute(connection, is_visible=False)
    here = await make_attribute(connection, is_visible=False)
    await override(connection, elsewhere, await make_website(connection), is_visible=True)
    await override(connection, here, 1, is_visible=True)
    customer = await make_customer(connection)
    me = await as_customer(customer.id)
    unknown = [("NOT_FOUND", "attribute.unknown", ["attributes", "0", "code"])]
    for row in (hidden, other_form, of_address, elsewhere):
        assert refusals(await call(me, EDIT, **give(row, {"text": "a"}))) == unknown
    assert refusals(await call(me, EDIT, attributes=[{"code": "nothing", "value": None}])) == unknown
    assert (await call(me, EDIT, **give(here, {"text": "a"})))["userErrors"] == []
    for row in (hidden, other_form, elsewhere):
        stored = await call(boss, STAFF_EDIT, id=customer_id(customer), **give(row, {"text": "b"}))
        assert stored["userErrors"] == []
    mine = (await me.data(ME))["me"]["attributes"]
    assert [one["code"] for one in mine] == [other_form.code, here.code]
    for code in (hidden.code, elsewhere.code, "nothing"):
        answer = await me.answer(ME, codes=[code])
        assert answer["data"]["me"]["attributes"] is None
        assert [one["extensions"]["code"] for one in answer["errors"]] == ["NOT_FOUND"]
    all_of_them = (await boss.data(ONE, id=customer_id(customer)))["customer"]["attributes"]
    assert len(all_of_them) == 4


async def test_one_attribute_is_given_once(as_customer, connection):
    row = await make_attribute(connection)
    me = await as_customer((await make_customer(connection)).id)
    twice = [{"code": row.code, "value": {"text": text}} for text in "ab"]
    assert refusals(await call(me, EDIT, attributes=twice)) == [
        ("TAKEN", "attribute.given_twice", ["attributes", "1", "code"])
    ]


async def test_edits_of_different_attributes_merge_and_of_one_conflict(as_customer, connection):
    first, second = [await make_attribute(connection) for _ in range(2)]
    customer = await make_customer(connection)
    me = await as_customer(customer.id)
    await call(me, EDIT, **give(first, {"text": "a"}))
    merged = await call(me, EDIT, expectedVersion=customer.version, **give(second, {"text": "b"}))
    assert merged["userErrors"] == []
    conflict = await call(me, EDIT, expectedVersion=customer.version, **give(first, {"text": "c"}))
    assert refusals(conflict) == [("VERSION_CONFLICT", "version.conflict", ["expectedVersion"])]
    untouched = await call(me, EDIT, expectedVersion=customer.version, firstName="Eve", **give(first, None))
    assert (untouched["userErrors"], untouched["changedFields"]) == ([], ["firstName"])


async def test_a_sign_up_asks_for_what_is_required(browser, connection):
    required = await make_attribute(connection, is_required=True)
    optional = await make_attribute(connection)
    await make_attribute(connection, is_required=True, forms=["ACCOUNT_EDIT"])
    guest = await browser()
    email = f"{uuid.uuid4().hex}@example.com"
    given = {"email": email, "password": "Correct horse battery 9", "firstName": "Ann", "lastName": "Lee"}
    missing = await call(guest, SIGN_UP, **given, **give(optional, {"text": "b"}))
    assert refusals(missing) == [("REQUIRED", "attribute.required", ["attributes"])]
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", email) == 0
    done = await call(guest, SIGN_UP, **given, **give(required, {"text": "a"}))
    assert done["userErrors"] == []
    stored = await connection.fetch(
        "SELECT a.attribute_id, a.text_value FROM customer_attribute a JOIN customer c ON c.id = customer_id"
        " WHERE email = $1",
        email,
    )
    assert [tuple(row) for row in stored] == [(required.id, "a")]
    again = await call(guest, SIGN_UP, **given, **give(required, {"text": "other"}))
    assert again["userErrors"] == []
    assert await connection.fetchval("SELECT count(*) FROM customer_attribute WHERE text_value = 'other'") == 0


async def test_addresses_have_attributes_of_their_own(as_customer, connection):
    row = await make_attribute(connection, entity="ADDRESS", is_required=True)
    customer = await make_customer(connection)
    me = await as_customer(customer.id)
    assert refusals(await call(me, ADDRESS_CREATE, **STREET)) == [("REQUIRED", "attribute.required", ["attributes"])]
    made = await call(me, ADDRESS_CREATE, **STREET, **give(row, {"text": "Back door"}))
    assert made["address"]["attributes"] == [shown(row, "TEXT", "Back door", text="Back door")]
    id = made["address"]["id"]
    edited = await call(me, ADDRESS_UPDATE, id=id, **give(row, {"text": "Front door"}))
    assert edited["changedFields"] == [f"attributes.{row.code}"]
    assert edited["address"]["attributes"] == [shown(row, "TEXT", "Front door", text="Front door")]
    history = await connection.fetch(
        "SELECT kind, changes FROM customer_event WHERE customer_id = $1 ORDER BY id", customer.id
    )
    assert history[-1].kind == "ADDRESS_UPDATED"
    assert orjson.loads(history[-1].changes) == {f"{id}.attributes.{row.code}": ["Back door", "Front door"]}
    stranger = await as_customer((await make_customer(connection)).id)
    refused = await call(stranger, ADDRESS_UPDATE, id=id, **give(row, {"text": "x"}))
    assert refusals(refused) == [("NOT_FOUND", "address.not_found", ["id"])]


async def test_staff_store_values_of_every_attribute(boss, connection):
    hidden = await make_attribute(connection, is_visible=False, is_required=True, forms=[])
    email = f"{uuid.uuid4().hex}@example.com"
    given = {"email": email, "firstName": "Ann", "lastName": "Lee", "websiteId": encode_id("web", 1)}
    made = await call(boss, CREATE, **given, **give(hidden, {"text": "a"}))
    assert made["customer"]["attributes"] == [shown(hidden, "TEXT", "a", text="a")]
    id = made["customer"]["id"]
    refused = await call(boss, STAFF_EDIT, id=id, firstName="Eve", **give(hidden, None))
    assert refusals(refused) == [("REQUIRED", "attribute.required", ["attributes", "0", "value"])]
    path = ["attributes", "0", "code"]
    quick = await call(boss, QUICK, id=id, **give(hidden, {"text": "b"}))
    assert refusals(quick) == [("NOT_ALLOWED", "attribute.not_quick_editable", path)]
    await connection.execute("UPDATE attribute SET is_quick_editable = true WHERE id = $1", hidden.id)
    quick = await call(boss, QUICK, id=id, **give(hidden, {"text": "b"}))
    assert (quick["changedFields"], quick["userErrors"]) == ([f"attributes.{hidden.code}"], [])


async def test_personal_values_are_masked(http, connection):
    text = await make_attribute(connection, sort_order=1)
    choice = await make_attribute(connection, ("s",), type="SELECT", sort_order=2)
    plain = await make_attribute(connection, is_personal=False, sort_order=3)
    customer = await make_customer(connection)
    id = customer_id(customer)
    boss = await staff_client(http, connection)
    blind = await staff_client(http, connection, ["customers.read", "customers.write", "history.read"])
    given = [(text, {"text": "secret"}), (choice, {"options": ["s"]}), (plain, {"text": "open"})]
    await call(boss, STAFF_EDIT, id=id, attributes=[{"code": row.code, "value": value} for row, value in given])
    seen = (await blind.data(ONE, id=id))["customer"]["attributes"]
    assert seen == [
        shown(text, "TEXT", "s•••", text="s•••"),
        shown(choice, "SELECT", None),
        shown(plain, "TEXT", "open", text="open"),
    ]
    changes = (await blind.data(HISTORY, id=id))["customer"]["history"]["nodes"][0]["changes"]
    assert {(one["before"], one["after"]) for one in changes} == {(None, None)}
    dry = QUICK.replace("(input: $input)", "(input: $input, dryRun: true)")
    answer = await blind.answer(dry, input={"id": id, **give(text, {"text": "secret"})})
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_values_of_many_customers_cost_no_more_statements(boss, connection, statements):
    rows = [await make_attribute(connection, ("s", "m"), type="SELECT") for _ in range(10)]
    customers = [await make_customer(connection) for _ in range(50)]
    for customer in customers:
        address = await make_address(connection, customer)
        for row in rows:
            await connection.execute(
                "INSERT INTO customer_attribute (customer_id, attribute_id, place, option_code) VALUES ($1, $2, 0, 'm')",
                customer.id,
                row.id,
            )
        assert address is not None
    many = f"""query M($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Customer {{ attributes {{ {VALUE} }}
      addresses {{ attributes {{ {VALUE} }} }} }} }} }}"""
    counts = {}
    for count in (1, 50):
        ids = [customer_id(one) for one in customers[:count]]
        await boss.data(many, ids=ids)
        await statements.clear()
        nodes = (await boss.data(many, ids=ids))["nodes"]
        counts[count] = await statements.count()
        assert all(len(node["attributes"]) == 10 for node in nodes)
        assert len(nodes) == count
    assert counts[1] == counts[50]


async def test_values_of_many_attributes_cost_no_more_statements(boss, as_customer, connection, statements):
    customer = await make_customer(connection)
    readers = [(await as_customer(customer.id), ME, {}), (boss, ONE, {"id": customer_id(customer)})]
    counts = {}
    for made in (1, 9):
        for _ in range(made):
            row = await make_attribute(connection, ("s", "m"), type="SELECT")
            await connection.execute(
                "INSERT INTO customer_attribute (customer_id, attribute_id, place, option_code) VALUES ($1, $2, 0, 'm')",
                customer.id,
                row.id,
            )
        for place, (client, document, given) in enumerate(readers):
            await client.data(document, **given)
            await statements.clear()
            [answer] = (await client.data(document, **given)).values()
            counts.setdefault(place, set()).add(await statements.count())
            assert len(answer["attributes"]) in (1, 10)
    assert [len(found) for found in counts.values()] == [1, 1]


async def test_all_options_of_many_attributes_are_stored_at_once(boss, connection):
    rows = [await make_attribute(connection, type="MULTI_SELECT") for _ in range(5)]
    codes = [f"o{number}" for number in range(1_000)]
    for row in rows:
        await connection.execute(
            "INSERT INTO attribute_option (attribute_id, code, place, label)"
            " SELECT $1, code, place, code FROM unnest($2::text[]) WITH ORDINALITY AS given (code, place)",
            row.id,
            codes,
        )
    customer = await make_customer(connection)
    given = [{"code": row.code, "value": {"options": codes}} for row in rows]
    edited = await call(boss, STAFF_EDIT.replace(VALUE, "code"), id=customer_id(customer), attributes=given)
    assert (edited["userErrors"], len(edited["changedFields"])) == ([], 5)
    stored = "SELECT count(*) FROM customer_attribute WHERE customer_id = $1"
    assert await connection.fetchval(stored, customer.id) == 5_000


async def test_an_attribute_is_deleted_while_somebody_signs_up(browser, connection, monkeypatch):
    row = await make_attribute(connection)

    async def hash_slowly(password):
        await connection.execute("DELETE FROM attribute WHERE id = $1", row.id)
        return await hash_password(password)

    monkeypatch.setattr("customer_gql.customers.accounts.registration.sign_up.hash_password", hash_slowly)
    email = f"{uuid.uuid4().hex}@example.com"
    given = {"email": email, "password": "Correct horse battery 9", "firstName": "Ann", "lastName": "Lee"}
    answer = await call(await browser(), SIGN_UP, **given, **give(row, {"text": "a"}))
    assert refusals(answer) == [("NOT_FOUND", "attribute.unknown", ["attributes", "0", "code"])]
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", email) == 0


async def test_an_option_is_removed_while_it_is_chosen(as_customer, connection, boss):
    update = """mutation U($input: AttributeUpdateInput!) { attributeUpdate(input: $input) { userErrors { code } } }"""
    for _ in range(5):
        row = await make_attribute(connection, ("s", "m"), type="SELECT")
        me = await as_customer((await make_customer(connection)).id)
        chosen, removed = await asyncio.gather(
            call(me, EDIT, **give(row, {"options": ["m"]})),
            call(boss, update, id=encode_id("att", row.id), options=[{"code": "s", "label": "S"}]),
        )
        assert removed["userErrors"] == []
        assert refusals(chosen) in ([], [("NOT_FOUND", "attribute.option_not_found", [*OPTION_PATH])])
        assert (await me.data(ME))["me"]["attributes"] == []
        left = "SELECT count(*) FROM customer_attribute WHERE attribute_id = $1"
        assert await connection.fetchval(left, row.id) == 0


OPTION_PATH = ("attributes", "0", "value", "options", "0")


UPSERT = """mutation U($input: CustomerUpsertInput!) { customerUpsert(input: $input) { outcome changedFields
  customer { attributes { code text } addresses { externalId attributes { code text } } } userErrors { code key path } } }"""
CREATE_WITH_ADDRESS = """mutation C($input: CustomerCreateInput!) { customerCreate(input: $input) {
  customer { id addresses { attributes { code text } } } userErrors { code key path } } }"""


async def test_another_program_stores_values_with_the_customer_and_the_addresses(boss, connection):
    own, door = await make_attribute(connection), await make_attribute(connection, entity="ADDRESS")
    fields = {"email": f"{uuid.uuid4().hex}@example.com", "firstName": "Ann", "lastName": "Lee", "websiteId": WEBSITE}
    key = uuid.uuid4().hex
    address = {**STREET, "externalId": "home", **give(door, {"text": "green"})}
    given = {"externalId": key, "customer": {**fields, **give(own, {"text": "42"})}, "addresses": [address]}
    answer = await call(boss, UPSERT, **given)
    assert (answer["userErrors"], answer["outcome"]) == ([], "CREATED")
    assert f"attributes.{own.code}" in answer["changedFields"]
    shown = {"externalId": "home", "attributes": [{"code": door.code, "text": "green"}]}
    assert answer["customer"] == {"attributes": [{"code": own.code, "text": "42"}], "addresses": [shown]}
    assert (await call(boss, UPSERT, **given))["outcome"] == "UNCHANGED"
    changed = {"externalId": "home", **give(door, {"text": "red"})}
    answer = await call(
        boss, UPSERT, externalId=key, customer={"attributes": [{"code": own.code, "value": None}]}, addresses=[changed]
    )
    assert (answer["outcome"], answer["userErrors"]) == ("UPDATED", [])
    assert answer["changedFields"] == [f"attributes.{own.code}", f"addresses.0.attributes.{door.code}"]
    red = {"externalId": "home", "attributes": [{"code": door.code, "text": "red"}]}
    assert answer["customer"] == {"attributes": [], "addresses": [red]}
    answer = await call(
        boss, UPSERT, externalId=key, customer={"attributes": None}, addresses=[{**changed, "attributes": None}]
    )
    assert (answer["outcome"], answer["customer"]["addresses"]) == ("UNCHANGED", [red])


async def test_every_refusal_of_values_is_told_and_nothing_is_made(boss, connection):
    own, door = await make_attribute(connection), await make_attribute(connection, entity="ADDRESS")
    fields = {"email": f"{uuid.uuid4().hex}@example.com", "firstName": "Ann", "lastName": "Lee", "websiteId": WEBSITE}
    wrong = {**STREET, "externalId": "home", **give(own, {"text": "of customers"})}
    customer = {**fields, **give(door, {"text": "of addresses"})}
    unknown = ("NOT_FOUND", "attribute.unknown")
    answer = await call(boss, UPSERT, externalId=uuid.uuid4().hex, customer=customer, addresses=[wrong])
    assert refusals(answer) == [
        (*unknown, ["customer", "attributes", "0", "code"]),
        (*unknown, ["addresses", "0", "attributes", "0", "code"]),
    ]
    answer = await call(boss, CREATE_WITH_ADDRESS, **fields, addresses=[wrong])
    assert refusals(answer) == [(*unknown, ["addresses", "0", "attributes", "0", "code"])]
    email = "SELECT count(*) FROM customer WHERE email = $1"
    assert await connection.fetchval(email, fields["email"]) == 0
    right = {**STREET, **give(door, {"text": "green"})}
    answer = await call(boss, CREATE_WITH_ADDRESS, **fields, addresses=[right])
    assert answer["customer"]["addresses"] == [{"attributes": [{"code": door.code, "text": "green"}]}]
