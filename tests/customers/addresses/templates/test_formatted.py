"""Addresses as the templates of store views write them, over HTTP."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.addresses.templates.settings import TEMPLATES, AddressFormat
from customer_gql.graph.access.guards import MASK
from customer_gql.shop.settings.declaration import GLOBAL, STORE_VIEW, WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_address, make_customer, make_order
from support.staff import make_website, staff_client

ONE_LINE = TEMPLATES[AddressFormat.ONE_LINE]
MINE = """query M($view: ID) { me { addresses {
  text: formatted line: formatted(format: ONE_LINE, storeViewId: $view) html: formatted(format: HTML) } } }"""
NODES = """query N($ids: [ID!]!, $view: ID) { nodes(ids: $ids) { ... on Customer {
  defaultBillingAddress { formatted(format: ONE_LINE, storeViewId: $view) }
  addresses { formatted(format: ONE_LINE, storeViewId: $view) }
  orders { nodes { billingAddress { formatted(format: ONE_LINE, storeViewId: $view) } } } } } }"""
PREVIEW = """query P($template: String!, $format: AddressFormat! = TEXT, $view: ID, $address: ID) {
  addressTemplatePreview(template: $template, format: $format, storeViewId: $view, addressId: $address) }"""
SET = """mutation S($input: ConfigurationUpdateInput!) { configurationUpdate(input: $input) {
  userErrors { code key params message path } } }"""
SHORT = "{{var city}}, {{var country}}"


@pytest.fixture
async def templates(connection):
    """A template for one line at every scope, and a German store view of the website."""
    await connection.execute(
        "INSERT INTO store_view (id, store_id, code, name, locale) VALUES (9102, 1, 'tpl_de', 'Deutsch', 'de_DE')"
    )
    async with connection.transaction():
        await set_value(connection, ONE_LINE, f"G {SHORT}", scope=GLOBAL, scope_id=0)
    yield
    await connection.execute("DELETE FROM store_view WHERE id = 9102")
    await connection.execute("DELETE FROM configuration_value WHERE path = 'addresses.template_one_line'")


async def set_line(connection: Any, template: str, scope: Any, scope_id: int) -> None:
    async with connection.transaction():
        await set_value(connection, ONE_LINE, template, scope=scope, scope_id=scope_id)


async def test_a_shopper_reads_addresses_as_the_store_view_writes_them(browser, as_customer, connection, templates):
    row = await make_customer(connection)
    await make_address(connection, row, city="London", country_code="GB", company="A & B")
    token = (await as_customer(row.id)).token
    mine = await browser(token=token)
    [shown] = (await mine.data(MINE))["me"]["addresses"]
    assert shown["line"] == "G London, United Kingdom"
    assert shown["text"].startswith("Ada Byron\nA & B\n")
    assert "<br>\nA &amp; B<br>\n" in shown["html"]
    await set_line(connection, f"W {SHORT}", WEBSITE, 1)
    await set_line(connection, f"V {SHORT}", STORE_VIEW, 9102)
    german = await browser(token=token, x_store_view="tpl_de")
    [shown] = (await german.data(MINE))["me"]["addresses"]
    assert shown["line"] == "V London, Vereinigtes Königreich"
    [shown] = (await german.data(MINE, view=encode_id("stv", 1)))["me"]["addresses"]
    assert shown["line"] == "W London, United Kingdom"
    for view in (encode_id("stv", 99999), encode_id("web", 1), "nonsense"):
        answer = await mine.answer(MINE, view=view)
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}


async def test_addresses_and_orders_of_50_customers_take_the_statements_of_one(
    admin_client, connection, templates, statements
):
    customers = [await make_customer(connection) for _ in range(50)]
    for number, row in enumerate(customers):
        await make_address(connection, row, city=f"City {number}", is_default_billing=True)
        order = await make_order(connection, row, [])
        await connection.execute(
            "INSERT INTO sales_order_address (customer_id, order_id, kind, name, street, city, country_code) "
            "VALUES ($1, $2, 'BILLING', 'Ada Byron', '{Way 1}', $3, 'GB')",
            row.id,
            order.id,
            f"Town {number}",
        )
    counts = {}
    for size in (1, 50):
        await statements.clear()
        found = (await admin_client.data(NODES, ids=[customer_id(row) for row in customers[:size]]))["nodes"]
        counts[size] = await statements.count()
        for number, shown in enumerate(found):
            line = f"G City {number}, United Kingdom"
            assert shown["defaultBillingAddress"] == {"formatted": line}
            assert shown["addresses"] == [{"formatted": line}]
            [order] = shown["orders"]["nodes"]
            assert order["billingAddress"] == {"formatted": f"G Town {number}, United Kingdom"}
    assert counts[1] == counts[50], statements.texts


async def test_staff_without_personal_data_see_the_mask(http, connection):
    row = await make_customer(connection)
    await make_address(connection, row)
    reader = await staff_client(http, connection, ["customers.read", "orders.read"])
    [shown] = (await reader.data(NODES, ids=[customer_id(row)]))["nodes"]
    assert shown["addresses"] == [{"formatted": f"A{MASK}"}]


async def test_a_preview_writes_nothing_down(admin_client, connection):
    row = await make_customer(connection)
    made = await make_address(connection, row, city="Ockham")
    written = await admin_client.data(PREVIEW, template=" {{var city}}\n\n{{var country}} ", view=encode_id("stv", 1))
    assert written == {"addressTemplatePreview": "London\nUnited Kingdom"}
    address = encode_id("adr", row.id, made.id)
    written = await admin_client.data(PREVIEW, template="{{var city}}", address=address)
    assert written == {"addressTemplatePreview": "Ockham"}
    for given in (
        {"template": "{{var citty}}"},
        {"template": "x" * 10_001},
        {"template": "x", "view": encode_id("stv", 99)},
    ):
        answer = await admin_client.answer(PREVIEW, **given)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    answer = await admin_client.answer(PREVIEW, template="a\n {{var citty}}")
    assert answer["errors"][0]["message"].startswith("Line 2, column 2: an address has no value citty.")


async def test_a_preview_of_an_address_takes_what_reading_it_takes(http, connection):
    row = await make_customer(connection)
    address = encode_id("adr", row.id, (await make_address(connection, row)).id)
    for permissions, missing in (
        (["configuration.manage"], "customers.read"),
        (["configuration.manage", "customers.read"], "customers.pii"),
        (["customers.read", "customers.pii"], "configuration.manage"),
    ):
        client = await staff_client(http, connection, permissions)
        answer = await client.answer(PREVIEW, template="{{var city}}", address=address)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": missing}
    elsewhere = await make_website(connection)
    rights = ["configuration.manage", "customers.read", "customers.pii"]
    foreign = await staff_client(http, connection, rights, website_ids=[elsewhere])
    answer = await foreign.answer(PREVIEW, template="{{var city}}", address=address)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_each_format_has_a_setting():
    paths = {
        "addresses.template_text",
        "addresses.template_one_line",
        "addresses.template_html",
        "addresses.template_pdf",
    }
    assert {setting.path for setting in TEMPLATES.values()} == paths


async def test_a_template_is_refused_with_line_and_column_when_it_is_set(admin_client):

    async def refuse(name: str, value: str) -> Any:
        given = {"values": [{"path": f"addresses.template_{name}", "value": value}]}
        [error] = (await admin_client.data(SET, input=given))["configurationUpdate"]["userErrors"]
        return error

    error = await refuse("text", "{{var city}}\r\n {{if zip}}x{{/if}}")
    assert (error["code"], error["key"]) == ("INVALID", "address_template.unknown_value")
    assert error["path"] == ["values", "0", "value"]
    assert (error["params"]["line"], error["params"]["column"], error["params"]["name"]) == (2, 2, "zip")
    for name in ("text", "one_line", "html", "pdf"):
        assert (await refuse(name, "{{if}}"))["key"] == "address_template.unknown_tag"
    error = await refuse("text", "x" * 10_001)
    assert (error["code"], error["key"]) == ("TOO_LONG", "text.too_long")
