"""Files come in by every door of staff, each once, for one value (docs/domain/attributes.md#attributes-16)."""

import asyncio
import itertools
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customers.attributes.samples import delete_made, make_attribute
from support.customers import customer_id, make_address, make_customer
from support.staff import staff_client

from .test_uploads import ERRORS, FILE, PDF, STREET, call, give, refusals, upload

NAMES = itertools.count()
WITH_ADDRESSES = f"{FILE} addresses {{ {FILE} }}"
CREATE = f"mutation C($input: CustomerCreateInput!) {{ customerCreate(input: $input) {{ customer {{ id {WITH_ADDRESSES} }} {ERRORS} }} }}"
UPSERT = f"mutation U($input: CustomerUpsertInput!) {{ customerUpsert(input: $input) {{ customer {{ id {WITH_ADDRESSES} }} {ERRORS} }} }}"
QUICK = f"mutation Q($input: CustomerQuickEditInput!) {{ customerQuickEdit(input: $input) {{ customer {{ {FILE} }} {ERRORS} }} }}"
ADDRESS_CREATE = f"""mutation C($input: CustomerAddressCreateInput!) {{ customerAddressCreate(input: $input) {{
  address {{ id {FILE} }} {ERRORS} }} }}"""
ADDRESS_UPDATE = f"""mutation C($input: CustomerAddressUpdateInput!) {{ customerAddressUpdate(input: $input) {{
  address {{ id {FILE} }} {ERRORS} }} }}"""
USED = "attribute.file_not_found"


@pytest.fixture(autouse=True)
async def few_attributes(connection):
    yield
    await delete_made(connection)


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def papers(connection):
    return await make_attribute(connection, type="FILE", label="Papers", is_quick_editable=True)


@pytest.fixture
async def plan(connection):
    return await make_attribute(connection, type="FILE", entity="ADDRESS")


def person(**given: Any) -> dict[str, Any]:
    email = f"paper.{next(NAMES)}@shop.example"
    return {"email": email, "firstName": "Ann", "lastName": "Lee", "websiteId": encode_id("web", 1), **given}


def names(record: Any) -> list[str]:
    return [one["file"]["name"] for one in record["attributes"]]


async def test_a_new_customer_has_files_of_their_own_and_of_their_addresses(boss, papers, plan):
    own, of_home, of_office = [
        await upload(boss, row, name=f"{name}.pdf", entity=entity)
        for row, name, entity in ((papers, "own", "CUSTOMER"), (plan, "home", "ADDRESS"), (plan, "office", "ADDRESS"))
    ]
    addresses = [{**STREET, **give(plan, file)} for file in (of_home, of_office)]
    made = await call(boss, CREATE, **person(addresses=addresses), **give(papers, own))
    assert made["userErrors"] == []
    assert names(made["customer"]) == ["own.pdf"]
    assert sorted(map(names, made["customer"]["addresses"])) == [["home.pdf"], ["office.pdf"]]
    urls = [
        one["file"]["url"]
        for record in [made["customer"], *made["customer"]["addresses"]]
        for one in record["attributes"]
    ]
    assert [(await boss.http.get(url)).content for url in urls] == [PDF] * 3
    again = await call(boss, CREATE, **person(), **give(papers, own))
    assert refusals(again) == [("NOT_FOUND", USED, ["attributes", "0", "value", "fileId"])]
    assert again["customer"] is None


async def test_one_file_is_no_value_of_two_addresses(boss, plan, connection):
    file = await upload(boss, plan, entity="ADDRESS")
    given = person(addresses=[{**STREET, **give(plan, file)} for _ in range(2)])
    made = await call(boss, CREATE, **given)
    assert refusals(made) == [("NOT_FOUND", USED, ["addresses", "1", "attributes", "0", "value", "fileId"])]
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", given["email"]) == 0
    # Nothing was stored, so the file can still be.
    given["addresses"].pop()
    assert (await call(boss, CREATE, **given))["userErrors"] == []


async def test_a_program_sends_the_same_record_again(boss, papers, plan):
    own, home = await upload(boss, papers), await upload(boss, plan, entity="ADDRESS")
    id = f"papers-{next(NAMES)}"
    fields = person(**give(papers, own))
    first = await call(
        boss, UPSERT, externalId=id, customer=fields, addresses=[{**STREET, "externalId": "home", **give(plan, home)}]
    )
    assert first["userErrors"] == []
    assert (names(first["customer"]), [names(one) for one in first["customer"]["addresses"]]) == (
        ["papers.pdf"],
        [["papers.pdf"]],
    )
    again = await call(boss, UPSERT, externalId=id, customer=fields)
    assert (again["userErrors"], again["customer"]["id"]) == ([], first["customer"]["id"])
    newer = await upload(boss, papers, PDF + b"%2", "newer.pdf")
    changed = await call(boss, UPSERT, externalId=id, customer={**fields, **give(papers, newer)})
    assert (changed["userErrors"], names(changed["customer"])) == ([], ["newer.pdf"])
    stale = await call(boss, UPSERT, externalId=id, customer=fields)
    assert [key for _, key, _ in refusals(stale)] == [USED]


async def test_a_quick_edit_stores_replaces_and_clears_a_file(boss, papers, connection):
    row = await make_customer(connection)
    first, second = await upload(boss, papers, name="first.pdf"), await upload(boss, papers, name="second.pdf")
    for file, shown in ((first, ["first.pdf"]), (first, ["first.pdf"]), (second, ["second.pdf"]), (None, [])):
        edited = await call(boss, QUICK, id=customer_id(row), **give(papers, file))
        assert (edited["userErrors"], names(edited["customer"])) == ([], shown)
    colleague = await upload(await staff_client(boss.http, connection), papers)
    refused = await call(boss, QUICK, id=customer_id(row), **give(papers, colleague))
    assert [key for _, key, _ in refusals(refused)] == [USED]
    hidden = await make_attribute(connection, type="FILE")
    refused = await call(boss, QUICK, id=customer_id(row), **give(hidden, await upload(boss, hidden)))
    assert [key for _, key, _ in refusals(refused)] == ["attribute.not_quick_editable"]


async def test_staff_give_addresses_files(boss, plan, connection):
    row = await make_customer(connection)
    home = await make_address(connection, row)
    first, second = [await upload(boss, plan, name=name, entity="ADDRESS") for name in ("a.pdf", "b.pdf")]
    made = await call(boss, ADDRESS_CREATE, customerId=customer_id(row), **STREET, **give(plan, first))
    assert (made["userErrors"], names(made["address"])) == ([], ["a.pdf"])
    id = encode_id("adr", row.id, home.id)
    refused = await call(boss, ADDRESS_UPDATE, id=id, **give(plan, first))
    assert [key for _, key, _ in refusals(refused)] == [USED]
    changed = await call(boss, ADDRESS_UPDATE, id=id, **give(plan, second))
    assert (changed["userErrors"], names(changed["address"])) == ([], ["b.pdf"])


async def test_of_two_programs_with_one_file_one_stores_it(boss, papers, connection):
    file = await upload(boss, papers)
    row = await make_customer(connection)
    answers = await asyncio.gather(
        call(boss, CREATE, **person(), **give(papers, file)),
        call(boss, UPSERT, externalId=f"papers-{next(NAMES)}", customer=person(**give(papers, file))),
        call(boss, QUICK, id=customer_id(row), **give(papers, file)),
    )
    assert sorted(len(one["userErrors"]) for one in answers) == [0, 1, 1]
    assert await connection.fetchval("SELECT count(*) FROM customer_attribute WHERE attribute_id = $1", papers.id) == 1
