"""Staff manage tax classes, rates and rules (docs/domain/taxes.md#taxes-1)."""

import asyncio
import uuid
from decimal import Decimal
from typing import Any

import pytest

from customer_gql.commerce.taxes.computing import TaxAddress, find_applied_rates
from customer_gql.commerce.taxes.reads import find_tax_rules
from customer_gql.core.ids import decode_id, encode_id
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import make_product
from support.staff import staff_client

ERRORS = "userErrors { code key params path }"
CLASS = f"taxClass {{ id name kind version }} {ERRORS}"
RATE = "id code version countryCode region postcode percent"
RULE = "id code version priority customerClasses { id } productClasses { id } rates { code }"
RETAIL = encode_id("tax", 3)
GOODS = encode_id("tax", 2)


def mutation(name: str, fields: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation M($input: {kind}!, $dryRun: Boolean! = false) {{ {name}(input: $input, dryRun: $dryRun) {{ {fields} }} }}"


async def call(client: Client, root: str, fields: str, *, dry_run: bool = False, **input: Any) -> Any:
    return (await client.data(mutation(root, fields), input=input, dryRun=dry_run))[root]


def refusals(answer: Any) -> list[tuple[str, str]]:
    return [(error["key"], ".".join(error["path"])) for error in answer["userErrors"]]


def fresh(name: str) -> str:
    return f"{name} {uuid.uuid4().hex[:20]}"


async def make_rate(client: Client, percent: str = "7.25", **given: Any) -> Any:
    values = {"code": fresh("Rate"), "countryCode": "US", "percent": percent, **given}
    answer = await call(client, "taxRateCreate", f"taxRate {{ {RATE} }} {ERRORS}", **values)
    assert answer["userErrors"] == []
    return answer["taxRate"]


async def make_class(client: Client, kind: str = "PRODUCT") -> Any:
    return (await call(client, "taxClassCreate", CLASS, name=fresh("Class"), kind=kind))["taxClass"]


async def test_a_class_is_created_renamed_and_deleted(admin_client: Client, connection: Connection):
    name = fresh("Books")
    made = (await call(admin_client, "taxClassCreate", CLASS, name=f" {name}", kind="PRODUCT"))["taxClass"]
    assert made == {"id": made["id"], "name": name, "kind": "PRODUCT", "version": 1}
    taken = await call(admin_client, "taxClassCreate", CLASS, name=name.upper(), kind="CUSTOMER")
    assert refusals(taken) == [("tax.code_taken", "name")]
    renamed = await call(admin_client, "taxClassUpdate", CLASS, id=made["id"], name=name.lower(), expectedVersion=1)
    assert renamed["taxClass"] == {**made, "name": name.lower(), "version": 2}
    stale = await call(admin_client, "taxClassUpdate", CLASS, id=made["id"], name="Else", expectedVersion=1)
    assert [error["code"] for error in stale["userErrors"]] == ["VERSION_CONFLICT"]
    product = await make_product(connection, tax_class_id=decode_id(made["id"], "tax"))
    used = await call(admin_client, "taxClassDelete", f"deletedTaxClassId {ERRORS}", id=made["id"])
    assert (used["userErrors"][0]["key"], used["userErrors"][0]["params"]) == ("tax.in_use", {"uses": ["products"]})
    await connection.execute("UPDATE product SET tax_class_id = NULL WHERE id = $1", product.id)
    gone = await call(admin_client, "taxClassDelete", f"deletedTaxClassId {ERRORS}", id=made["id"])
    assert gone == {"deletedTaxClassId": made["id"], "userErrors": []}
    again = await call(admin_client, "taxClassDelete", f"deletedTaxClassId {ERRORS}", id=made["id"])
    assert refusals(again) == [("tax_class.unknown", "id")]
    used = await call(admin_client, "taxClassDelete", f"deletedTaxClassId {ERRORS}", id=RETAIL)
    assert "customer groups" in used["userErrors"][0]["params"]["uses"]
    kinds = await connection.fetch("SELECT kind FROM staff_event WHERE subject = $1 ORDER BY id", made["id"])
    assert [row.kind for row in kinds] == ["TAX_CLASS_CREATED", "TAX_CLASS_CHANGED", "TAX_CLASS_DELETED"]


async def test_a_rate_is_created_changed_and_deleted(admin_client: Client):
    made = await make_rate(admin_client, countryCode="us", region="california", postcode="902*")
    expected = {"version": 1, "countryCode": "US", "region": "US-CA", "postcode": "902*", "percent": "7.25"}
    assert made == {"id": made["id"], "code": made["code"], **expected}
    listed = (await admin_client.data(f"{{ taxRates(first: 100) {{ nodes {{ {RATE} }} }} }}"))["taxRates"]["nodes"]
    assert made in listed
    edits = {"countryCode": "DE", "region": None, "postcode": "*", "percent": "19"}
    changed = await call(admin_client, "taxRateUpdate", f"taxRate {{ {RATE} }} {ERRORS}", id=made["id"], **edits)
    assert changed["taxRate"] == {**made, **edits, "postcode": None, "version": 2}
    fields = f"deletedTaxRateId {ERRORS}"
    dry = await call(admin_client, "taxRateDelete", fields, dry_run=True, id=made["id"])
    assert dry == await call(admin_client, "taxRateDelete", fields, id=made["id"])
    assert refusals(await call(admin_client, "taxRateDelete", fields, id=made["id"])) == [("tax_rate.not_found", "id")]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"percent": "100.1"}, ("tax_rate.percent_wrong", "percent")),
        ({"percent": "-1"}, ("tax_rate.percent_wrong", "percent")),
        ({"percent": "1.00001"}, ("tax_rate.percent_wrong", "percent")),
        ({"countryCode": "XX"}, ("address.country_unknown", "countryCode")),
        ({"region": "Atlantis"}, ("address.region_unknown", "region")),
        ({"postcode": "9*2*"}, ("tax_rate.postcode_wrong", "postcode")),
        ({"code": ""}, ("value.required", "code")),
    ],
)
async def test_what_does_not_fit_is_refused(given: dict[str, Any], refusal: tuple[str, str], admin_client: Client):
    values = {"code": fresh("Rate"), "countryCode": "US", "percent": "1", **given}
    assert refusals(await call(admin_client, "taxRateCreate", ERRORS, **values)) == [refusal]


async def test_a_rule_is_created_changed_and_deleted(admin_client: Client, connection: Connection):
    rate, other = await make_rate(admin_client), await make_rate(admin_client, "19", countryCode="DE")
    goods = await make_class(admin_client)
    lists = {"customerClassIds": [RETAIL], "productClassIds": [goods["id"]], "rateIds": [rate["id"], other["id"]]}
    fields = f"taxRule {{ {RULE} }} {ERRORS}"
    code = fresh("Rule")
    made = (await call(admin_client, "taxRuleCreate", fields, code=code, **lists))["taxRule"]
    assert made == {
        "id": made["id"],
        "code": code,
        "version": 1,
        "priority": 0,
        "customerClasses": [{"id": RETAIL}],
        "productClasses": [{"id": goods["id"]}],
        "rates": [{"code": rate["code"]}, {"code": other["code"]}],
    }
    listed = (await admin_client.data(f"{{ taxRules(first: 100) {{ nodes {{ {RULE} }} }} }}"))["taxRules"]["nodes"]
    assert made in listed
    key = decode_id(goods["id"], "tax")
    asked = {"customer_class_id": 3, "product_class_ids": [key, 2], "country_code": "DE"}
    found = await find_tax_rules(connection, **asked)
    assert found[2] == []
    [applied] = find_applied_rates(found[key], TaxAddress("DE", None, "10115"))
    assert (applied.code, applied.percent) == (other["code"], Decimal(19))
    used = await call(admin_client, "taxRateDelete", ERRORS, id=rate["id"])
    assert used["userErrors"][0]["params"] == {"uses": ["tax rules"]}
    used = await call(admin_client, "taxClassDelete", ERRORS, id=goods["id"])
    assert used["userErrors"][0]["params"] == {"uses": ["tax rules"]}
    changed = await call(admin_client, "taxRuleUpdate", fields, id=made["id"], priority=2, rateIds=[rate["id"]])
    assert changed["taxRule"] == {**made, "version": 2, "priority": 2, "rates": [{"code": rate["code"]}]}
    wrong = {"customerClassIds": [goods["id"]], "productClassIds": [], "rateIds": [encode_id("txr", 7)]}
    refused = await call(admin_client, "taxRuleUpdate", fields, id=made["id"], **wrong)
    keys = ["tax.scope_unknown", "tax.no_scope", "tax.scope_unknown"]
    assert refusals(refused) == list(zip(keys, wrong, strict=True))
    assert (await call(admin_client, "taxRuleDelete", f"deletedTaxRuleId {ERRORS}", id=made["id"]))["userErrors"] == []
    assert (await find_tax_rules(connection, **asked))[key] == []


async def test_a_rate_is_not_deleted_while_a_rule_begins_to_use_it(admin_client: Client, connection: Connection):
    for _ in range(5):
        rate, goods = await make_rate(admin_client), await make_class(admin_client)
        lists = {"customerClassIds": [RETAIL], "productClassIds": [goods["id"]], "rateIds": [rate["id"]]}
        rule, gone = await asyncio.gather(
            call(admin_client, "taxRuleCreate", f"taxRule {{ id }} {ERRORS}", code=fresh("Rule"), **lists),
            call(admin_client, "taxRateDelete", f"deletedTaxRateId {ERRORS}", id=rate["id"]),
        )
        assert bool(rule["userErrors"]) != bool(gone["userErrors"])


async def test_taxes_are_for_staff_of_all_websites_with_their_permission(http: Any, connection: Connection):
    values = {"code": fresh("Rate"), "countryCode": "US", "percent": "1"}
    some = await staff_client(http, connection, ["taxes.manage"], [1])
    other = await staff_client(http, connection, ["customers.read"])
    for client in (some, other):
        for document, given in (
            (mutation("taxRateCreate", ERRORS), {"input": values}),
            ("{ taxRules { totalCount } }", {}),
        ):
            answer = await client.answer(document, **given)
            assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "taxes.manage"}
    assert await connection.fetchval("SELECT count(*) FROM tax_rate WHERE code = $1", values["code"]) == 0
