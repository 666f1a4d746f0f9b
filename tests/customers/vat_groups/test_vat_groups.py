"""VAT numbers at addresses: each is checked before its change commits, and decides the group of its customer."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator
from typing import Any

import orjson
import pytest

from customer_gql.commerce.carts.delivery.vat import decide_cart_group
from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.addresses.settings import SHOW_VAT_NUMBER
from customer_gql.customers.vat.settings import SHOP_COUNTRY, SHOP_VAT_NUMBER, VIES_ENABLED
from customer_gql.customers.vat.tables import VatResult, vat_check
from customer_gql.customers.vat_groups.settings import (
    AUTOMATIC_GROUP,
    DECIDING_ADDRESS,
    DOMESTIC_GROUP,
    EACH_TRANSACTION,
    ERROR_GROUP,
    INTRA_UNION_GROUP,
    INVALID_GROUP,
)
from customer_gql.customers.vat_groups.verification import PAUSES, verify_numbers
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.shop.settings.writes import set_value
from support.clients import Client, served
from support.configuration import reset_one, set_one
from support.customers import customer_id, make_address, make_customer, put
from support.vies import Vies, vies_server

GERMAN, AUSTRIAN, WRONG = "DE136695976", "ATU13585627", "DE136695977"
ADDRESS = {
    "firstName": "Ada", "lastName": "Byron", "street": ["1 Weg"], "city": "Berlin", "postcode": "10115",
    "countryCode": "DE", "telephone": "+49 30 1234567",
}  # fmt: skip
VIENNA = {**ADDRESS, "city": "Wien", "postcode": "1010", "countryCode": "AT"}
CREATE = """mutation C($input: CustomerAddressCreateInput!) { customerAddressCreate(input: $input) {
  address { id vatCheck { countryCode number source result requestId errorCode } } userErrors { code path } } }"""
UPDATE = """mutation U($input: CustomerAddressUpdateInput!) { customerAddressUpdate(input: $input) {
  address { vatCheck { result } } userErrors { code path } } }"""
DEFAULT = """mutation D($input: CustomerAddressSetDefaultInput!) { customerAddressSetDefault(input: $input) {
  userErrors { code } } }"""
RECHECK = """mutation R($input: CustomerVatRecheckInput!) { customerVatRecheck(input: $input) {
  customer { vatChecks { totalCount nodes { source result } } } userErrors { code key path } } }"""
CHECK = """mutation V($input: VatNumberCheckInput!) { vatNumberCheck(input: $input) {
  vatCheck { countryCode number source result requestId errorCode } group { number } userErrors { code path } } }"""
GROUPS = {"domestic": DOMESTIC_GROUP, "intra": INTRA_UNION_GROUP, "invalid": INVALID_GROUP, "error": ERROR_GROUP}


@pytest.fixture
async def groups(connection: Any) -> dict[str, int]:
    """A German shop whose four groups are set; their numbers."""
    made: dict[str, int] = {}
    await set_value(connection, AUTOMATIC_GROUP, True)
    await set_value(connection, SHOP_COUNTRY, "DE")
    for name, setting in GROUPS.items():
        id = await connection.fetchval("SELECT nextval('customer_group_number_seq')")
        await connection.execute(
            "INSERT INTO customer_group (id, name, tax_class_id) VALUES ($1, $2, 3)", id, f"{name} {new_id()}"[:32]
        )
        await set_value(connection, setting, id)
        made[name] = id
    return {**made, "default": 1}


@pytest.fixture
async def vies(connection: Any) -> AsyncGenerator[Vies]:
    await set_value(connection, VIES_ENABLED, True)
    async with vies_server(GERMAN, AUSTRIAN) as server:
        yield server


async def add(staff: Client, row: Any, number: str | None, of: Any = ADDRESS, **more: Any) -> Any:
    given = {**of, "customerId": customer_id(row), "vatNumber": number, "isDefaultBilling": True, **more}
    answer = (await staff.data(CREATE, input=given))["customerAddressCreate"]
    assert answer["userErrors"] == []
    return answer["address"]


async def change(staff: Client, address: Any, **given: Any) -> None:
    answer = (await staff.data(UPDATE, input={"id": address["id"], **given}))["customerAddressUpdate"]
    assert answer["userErrors"] == []


async def group_of(connection: Any, row: Any) -> int:
    return await connection.fetchval("SELECT group_id FROM customer WHERE id = $1", row.id)


async def kinds(connection: Any, row: Any) -> list[str]:
    rows = await connection.fetch("SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id)
    return [one.kind for one in rows]


async def checks(connection: Any, row: Any) -> list[tuple[Any, ...]]:
    found = await connection.fetch(
        "SELECT source, result, request_id, error_code FROM vat_check WHERE customer_id = $1 ORDER BY id", row.id
    )
    return [tuple(one) for one in found]


async def take_jobs(connection: Any, row: Any) -> list[Any]:
    """The jobs that wait for this customer, which are taken out of the queue: payload and time."""
    waiting = await connection.fetch(
        "SELECT id, payload, execute_after FROM job WHERE entrypoint = 'vat.verify' ORDER BY id"
    )
    mine: list[Any] = []
    for job in waiting:
        payload = orjson.loads(job.payload)
        if any(owner == row.id for owner, _ in payload["addresses"]):
            await connection.execute("DELETE FROM job WHERE id = $1", job.id)
            mine.append((payload, job.execute_after))
    return mine


async def verify(settings: Any, database: Any, vies: Vies, connection: Any, row: Any) -> list[Any]:
    """Do what waits for this customer."""
    tools = Tools(database, settings.model_copy(update={"vies_url": vies.url}), projections=PROJECTIONS)
    jobs = await take_jobs(connection, row)
    for payload, _ in jobs:
        await verify_numbers(tools, payload)
    return jobs


@pytest.mark.parametrize(
    ("of", "number", "result", "group"),
    [
        (ADDRESS, GERMAN, "VALID", "domestic"),
        (ADDRESS, "136 695 976", "VALID", "domestic"),
        (VIENNA, AUSTRIAN, "VALID", "intra"),
        (ADDRESS, WRONG, "INVALID", "invalid"),
        (VIENNA, GERMAN, "INVALID", "invalid"),
    ],
)
async def test_format_and_checksum_decide_without_vies(
    admin_client: Client, connection: Any, groups: Any, of: Any, number: str, result: str, group: str
) -> None:
    row = await make_customer(connection)
    made = await add(admin_client, row, number, of)
    assert made["vatCheck"] == {
        "countryCode": of["countryCode"],
        "number": made["vatCheck"]["number"],
        "source": "OFFLINE",
        "result": result,
        "requestId": None,
        "errorCode": None,
    }
    assert await group_of(connection, row) == groups[group]
    assert await kinds(connection, row) == ["ADDRESS_CREATED", "VAT_GROUP_DECIDED"]
    told = await connection.fetch("SELECT type, actor FROM domain_event WHERE customer_id = $1 ORDER BY id", row.id)
    assert ("customer.group_changed", "SYSTEM") in [tuple(one) for one in told]


async def test_a_number_that_grows_when_it_is_written_out_is_checked(
    admin_client: Client, connection: Any, groups: Any
) -> None:
    row = await make_customer(connection)
    made = await add(admin_client, row, "\ufdfa" * 100)
    assert (made["vatCheck"]["result"], len(made["vatCheck"]["number"])) == ("INVALID", 257)
    assert await group_of(connection, row) == groups["invalid"]


async def test_removing_the_number_restores_the_default_group(
    admin_client: Client, connection: Any, groups: Any
) -> None:
    row = await make_customer(connection)
    made = await add(admin_client, row, GERMAN)
    assert await group_of(connection, row) == groups["domestic"]
    await change(admin_client, made, vatNumber=None)
    assert await group_of(connection, row) == groups["default"]
    await change(admin_client, made, vatNumber=AUSTRIAN, countryCode="AT", postcode="1010")
    assert await group_of(connection, row) == groups["intra"]
    await change(admin_client, made, countryCode="CH", postcode="8001")  # outside of the Union
    assert await group_of(connection, row) == groups["default"]


async def test_a_group_that_staff_chose_stays_without_a_number(
    admin_client: Client, connection: Any, groups: Any
) -> None:
    row = await make_customer(connection, group_id=groups["domestic"])
    made = await add(admin_client, row, None)
    await change(admin_client, made, city="Potsdam", isDefaultShipping=True)
    assert await group_of(connection, row) == groups["domestic"]
    assert await checks(connection, row) == []


async def test_the_default_group_is_restored_when_the_history_of_the_time_is_gone(
    admin_client: Client, connection: Any, groups: Any
) -> None:
    """`customer-gql history` drops old entries, but checks are kept: here one before which there is no entry."""
    known = [0, *groups.values()]
    other = await connection.fetchval("SELECT id FROM customer_group WHERE id <> ALL($1) LIMIT 1", known)
    for group, left_with in ((groups["domestic"], groups["default"]), (other, other)):
        row = await make_customer(connection, group_id=group)
        stored = await make_address(connection, row, vat_number="GB1")
        about = {"customer_id": row.id, "address_id": stored.id, "country_code": "GB", "vat_number": "GB1"}
        await put(connection, vat_check, id=new_id(), **about, number="GB1", source="OFFLINE", result="VALID")
        await change(admin_client, {"id": encode_id("adr", row.id, stored.id)}, vatNumber=None)
        assert await group_of(connection, row) == left_with


async def test_another_default_address_decides(admin_client: Client, connection: Any, groups: Any) -> None:
    row = await make_customer(connection)
    await add(admin_client, row, GERMAN)
    other = await add(admin_client, row, AUSTRIAN, VIENNA, isDefaultBilling=False, isDefaultShipping=True)
    assert await group_of(connection, row) == groups["domestic"]
    await admin_client.data(DEFAULT, input={"id": other["id"], "billing": True})
    assert await group_of(connection, row) == groups["intra"]
    assert len(await checks(connection, row)) == 2  # the address was checked already
    third = await make_customer(connection)
    await set_value(connection, DECIDING_ADDRESS, "SHIPPING")
    await add(admin_client, third, GERMAN)
    assert await group_of(connection, third) == groups["default"]


async def test_who_is_left_alone(admin_client: Client, connection: Any, groups: Any) -> None:
    member = await make_customer(connection, customer_type="COMPANY_USER")
    opted_out = await make_customer(connection, is_automatic_group_change_disabled=True)
    for row in (member, opted_out):
        await add(admin_client, row, GERMAN)
        assert await group_of(connection, row) == groups["default"]
        assert len(await checks(connection, row)) == 1
    allow = "mutation U($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code } } }"
    given = {"id": customer_id(opted_out), "isAutomaticGroupChangeDisabled": False}
    await admin_client.data(allow, input=given)
    assert await group_of(connection, opted_out) == groups["domestic"]
    await connection.execute(
        "INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES ($1, 1)", groups["domestic"]
    )
    kept_out = await make_customer(connection)
    await add(admin_client, kept_out, GERMAN)
    assert await group_of(connection, kept_out) == groups["default"]
    await connection.execute("DELETE FROM customer_group_excluded_website WHERE group_id = $1", groups["domestic"])
    await set_value(connection, AUTOMATIC_GROUP, False)
    switched_off = await make_customer(connection)
    await add(admin_client, switched_off, GERMAN)
    assert await group_of(connection, switched_off) == groups["default"]
    assert len(await checks(connection, switched_off)) == 1


async def test_a_group_that_is_not_set_leaves_the_default_one(
    admin_client: Client, connection: Any, groups: Any
) -> None:
    await set_value(connection, INVALID_GROUP, None)
    row = await make_customer(connection)
    made = await add(admin_client, row, GERMAN)
    await change(admin_client, made, vatNumber=WRONG)
    assert await group_of(connection, row) == groups["default"]


async def test_customers_of_a_website_that_asks_for_no_number(as_customer: Any, connection: Any, groups: Any) -> None:
    create = "mutation A($input: AddressCreateInput!) { addressCreate(input: $input) { userErrors { code key path } } }"
    update = "mutation A($input: AddressUpdateInput!) { addressUpdate(input: $input) { userErrors { code key path } } }"
    form = "{ form(kind: ADDRESS_CREATE) { fields { code } } shop { isVatNumberShown } }"
    row = await make_customer(connection)
    me = await as_customer(row.id)
    stored = await make_address(connection, row, vat_number="DE1")
    refused = [{"code": "NOT_ALLOWED", "key": "field.not_offered", "path": ["vatNumber"]}]
    given = {**ADDRESS, "vatNumber": GERMAN, "isDefaultBilling": True}
    errors = (await me.data(create, input=given))["addressCreate"]["userErrors"]
    assert [error["path"] for error in errors] == [["vatNumber"]], refused
    its = {"id": encode_id("adr", row.id, stored.id)}
    errors = (await me.data(update, input={**its, "vatNumber": GERMAN}))["addressUpdate"]["userErrors"]
    assert [error["path"] for error in errors] == [["vatNumber"]]
    assert (await me.data(update, input={**its, "vatNumber": "DE1"}))["addressUpdate"]["userErrors"] == []
    shown = await me.data(form)
    assert "vatNumber" not in [field["code"] for field in shown["form"]["fields"]]
    await set_value(connection, SHOW_VAT_NUMBER, True)
    shown = await me.data(form)
    assert shown["shop"] == {"isVatNumberShown": True}
    assert "vatNumber" in [field["code"] for field in shown["form"]["fields"]]
    assert (await me.data(create, input=given))["addressCreate"]["userErrors"] == []
    assert await group_of(connection, row) == groups["domestic"]


async def test_vies_decides_after_the_commit(
    admin_client: Client, connection: Any, groups: Any, vies: Vies, settings: Any, database: Any
) -> None:
    await set_value(connection, SHOP_VAT_NUMBER, GERMAN)
    row = await make_customer(connection)
    made = await add(admin_client, row, AUSTRIAN, VIENNA)
    assert made["vatCheck"]["source"] == "OFFLINE"
    assert await group_of(connection, row) == groups["default"], "nobody knows yet"
    await verify(settings, database, vies, connection, row)
    assert await group_of(connection, row) == groups["intra"]
    assert await checks(connection, row) == [("OFFLINE", "VALID", None, None), ("VIES", "VALID", "WAPIAAAAYx1", None)]
    assert vies.asked == [
        {
            "countryCode": "AT",
            "vatNumber": "U13585627",
            "requesterMemberStateCode": "DE",
            "requesterNumber": "136695976",
        }
    ]
    assert await kinds(connection, row) == ["ADDRESS_CREATED", "VAT_GROUP_DECIDED"]
    vies.registered.clear()
    await admin_client.data(RECHECK, input={"id": customer_id(row)})
    assert await group_of(connection, row) == groups["intra"], "it was valid"
    await verify(settings, database, vies, connection, row)
    assert await group_of(connection, row) == groups["invalid"]


async def test_a_number_that_does_not_fit_is_not_sent_to_vies(
    admin_client: Client, connection: Any, groups: Any, vies: Vies, settings: Any, database: Any
) -> None:
    row = await make_customer(connection)
    await add(admin_client, row, WRONG)
    assert await verify(settings, database, vies, connection, row) == []
    assert await group_of(connection, row) == groups["invalid"]


async def test_no_answer(
    admin_client: Client, connection: Any, groups: Any, vies: Vies, settings: Any, database: Any
) -> None:
    """The error group, except for a number that was valid before; and the job tries again, less and less often."""
    vies.fault = "MS_UNAVAILABLE"
    row = await make_customer(connection)
    await add(admin_client, row, GERMAN)
    await verify(settings, database, vies, connection, row)
    assert await group_of(connection, row) == groups["error"]
    assert (await checks(connection, row))[-1] == ("VIES", "UNAVAILABLE", None, "MS_UNAVAILABLE")
    vies.fault = None
    [(payload, at)] = await verify(settings, database, vies, connection, row)
    assert payload["attempt"] == 2
    assert at - dt.datetime.now(dt.UTC) < PAUSES[0]
    assert await group_of(connection, row) == groups["domestic"]
    vies.fault = "MS_UNAVAILABLE"
    await admin_client.data(RECHECK, input={"id": customer_id(row)})
    await verify(settings, database, vies, connection, row)
    assert await group_of(connection, row) == groups["domestic"], "the earlier answer counts"
    for attempt in range(2, len(PAUSES) + 2):
        [(payload, _)] = await verify(settings, database, vies, connection, row)
        assert payload["attempt"] == attempt
    assert await take_jobs(connection, row) == [], "it gives up"


async def test_an_address_that_changed_meanwhile(
    admin_client: Client, connection: Any, groups: Any, vies: Vies, settings: Any, database: Any
) -> None:
    row = await make_customer(connection)
    made = await add(admin_client, row, GERMAN)
    old = await take_jobs(connection, row)
    await change(admin_client, made, vatNumber=None)
    tools = Tools(database, settings.model_copy(update={"vies_url": vies.url}), projections=PROJECTIONS)
    await verify_numbers(tools, old[0][0])
    assert vies.asked == []
    assert await checks(connection, row) == [("OFFLINE", "VALID", None, None)]
    assert await group_of(connection, row) == groups["default"]


async def test_answers_that_race_an_edit(
    admin_client: Client, connection: Any, groups: Any, vies: Vies, settings: Any, database: Any
) -> None:
    """The number is taken away while VIES is asked about it: the answer decides nothing."""
    row = await make_customer(connection)
    made = await add(admin_client, row, GERMAN)
    payload, _ = (await take_jobs(connection, row))[0]
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def wait(receiver: Any, writer: Any) -> None:
        reached.set()
        await go_on.wait()
        vies.behave = None
        await vies.reply(receiver, writer)

    vies.behave = wait
    tools = Tools(database, settings.model_copy(update={"vies_url": vies.url}), projections=PROJECTIONS)
    job = asyncio.create_task(verify_numbers(tools, payload))
    await reached.wait()
    await change(admin_client, made, vatNumber=None)
    go_on.set()
    await job
    assert await group_of(connection, row) == groups["default"]
    assert len(await checks(connection, row)) == 1


async def test_recheck(admin_client: Client, connection: Any) -> None:
    row = await make_customer(connection)
    answer = (await admin_client.data(RECHECK, input={"id": customer_id(row)}))["customerVatRecheck"]
    assert answer["userErrors"] == [{"code": "NOT_ALLOWED", "key": "vat.no_number", "path": ["id"]}]
    await make_address(connection, row, vat_number="GB1")
    for count in (1, 2):
        answer = (await admin_client.data(RECHECK, input={"id": customer_id(row)}))["customerVatRecheck"]
        assert answer["userErrors"] == []
        listed = [{"source": "OFFLINE", "result": "NOT_CHECKED"}] * count
        assert answer["customer"]["vatChecks"] == {"totalCount": count, "nodes": listed}
    assert await kinds(connection, row) == ["VAT_RECHECKED"] * 2
    read = "query C($id: ID!) { customer(id: $id) { vatChecks { nodes { checkedAt } } } }"
    times = [
        one["checkedAt"]
        for one in (await admin_client.data(read, id=customer_id(row)))["customer"]["vatChecks"]["nodes"]
    ]
    assert times == sorted(times, reverse=True)


async def test_a_number_alone(
    as_staff: Any, settings: Any, database: Any, connection: Any, groups: Any, vies: Vies
) -> None:
    token = (await as_staff("administrator")).token
    here = {"websiteId": encode_id("web", 1)}
    await set_value(connection, SHOP_VAT_NUMBER, AUSTRIAN)
    async with served(settings.model_copy(update={"vies_url": vies.url}), database) as http:
        client = Client(http, "/admin/graphql", token)

        async def ask(country: str, number: str) -> Any:
            return (await client.data(CHECK, input={"countryCode": country, "number": number, **here}))[
                "vatNumberCheck"
            ]

        good = await ask("at", AUSTRIAN)
        assert good["group"] == {"number": groups["intra"]}
        assert good["vatCheck"] == {
            "countryCode": "AT", "number": AUSTRIAN, "source": "VIES", "result": "VALID", "requestId": "WAPIAAAAYx1",
            "errorCode": None,
        }  # fmt: skip
        vies.fault = "TIMEOUT"
        silent = await ask("DE", GERMAN)
        assert (silent["vatCheck"]["result"], silent["group"]) == ("UNAVAILABLE", {"number": groups["error"]})
        wrong = await ask("DE", WRONG)
        assert (wrong["vatCheck"]["source"], wrong["vatCheck"]["result"]) == ("OFFLINE", "INVALID")
        assert len(vies.asked) == 2
        assert (await ask("XX", GERMAN))["userErrors"] == [{"code": "INVALID", "path": ["countryCode"]}]
        assert (await ask("DE", " "))["userErrors"] == [{"code": "REQUIRED", "path": ["number"]}]
    count = await connection.fetchval("SELECT count(*) FROM vat_check WHERE number = $1 AND source = 'VIES'", WRONG)
    assert count == 0


async def test_settings_of_groups(admin_client: Client, connection: Any, groups: Any) -> None:
    """A group that a setting names cannot be deleted; null is a value of its own, unlike a reset."""
    delete = (
        "mutation D($input: CustomerGroupDeleteInput!) { customerGroupDelete(input: $input) { userErrors { key } } }"
    )
    named = encode_id("grp", groups["error"])
    answer = (await admin_client.data(delete, input={"id": named}))["customerGroupDelete"]
    assert answer["userErrors"] == [{"key": "customer_group.in_use"}]
    scope = {"websiteId": encode_id("web", 1)}
    set_here = await set_one(admin_client, ERROR_GROUP.path, None, scope)
    assert set_here == {"settings": [{"path": ERROR_GROUP.path, "value": None, "setAt": "WEBSITE"}], "userErrors": []}
    reset = await reset_one(admin_client, ERROR_GROUP.path, scope)
    assert reset["settings"] == [{"path": ERROR_GROUP.path, "value": groups["error"], "setAt": "GLOBAL"}]
    for wrong in (0, "1", True, 2**40):
        assert (await set_one(admin_client, ERROR_GROUP.path, wrong))["userErrors"] != []
    assert (await set_one(admin_client, ERROR_GROUP.path, None))["userErrors"] == []
    answer = (await admin_client.data(delete, input={"id": named}))["customerGroupDelete"]
    assert answer["userErrors"] == []


async def test_the_statements_are_as_many_for_fifty(admin_client: Client, connection: Any, statements: Any) -> None:
    owners = [await make_customer(connection) for _ in range(50)]
    for owner in owners:
        await make_address(connection, owner, vat_number="GB1", is_default_billing=True)
        await admin_client.data(RECHECK, input={"id": customer_id(owner)})
    read = """query R($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer {
      vatChecks(first: 2) { nodes { number result } } addresses { vatCheck { result } } } } }"""
    counts: list[int] = []
    for some in (owners[:1], owners):
        await statements.clear()
        nodes = (await admin_client.data(read, ids=[customer_id(one) for one in some]))["nodes"]
        counts.append(await statements.count())
        shown = {"nodes": [{"number": "GB1", "result": "NOT_CHECKED"}]}
        assert nodes == [{"vatChecks": shown, "addresses": [{"vatCheck": {"result": "NOT_CHECKED"}}]}] * len(some)
    assert counts[0] == counts[1]


async def test_a_cart_uses_the_last_answer_of_vies_again(
    admin_client: Client, connection: Any, groups: Any, vies: Vies, database: Any, settings: Any
) -> None:
    row = await make_customer(connection)
    await add(admin_client, row, AUSTRIAN, VIENNA)
    await verify(settings, database, vies, connection, row)
    of_cart = {"BILLING": {"country_code": "AT", "vat_number": "u13585627"}}
    place = {"website_id": row.website_id, "store_view_id": row.created_in_store_view_id or 1}
    vies.fault = "MS_UNAVAILABLE"
    before = len(vies.asked)
    known = await decide_cart_group(database, vies.url, row.id, of_cart, **place)
    assert known is not None
    assert (known.result, known.group_id, len(vies.asked)) == (VatResult.VALID, groups["intra"], before)
    assert await connection.fetchval("SELECT checked_at FROM vat_check WHERE checked_at = $1", known.checked_at)
    stranger = await decide_cart_group(database, vies.url, (await make_customer(connection)).id, of_cart, **place)
    await set_value(connection, EACH_TRANSACTION, True)
    asked = await decide_cart_group(database, vies.url, row.id, of_cart, **place)
    for decided in (stranger, asked):
        assert decided is not None
        assert (decided.result, decided.group_id) == (VatResult.UNAVAILABLE, groups["error"])
    assert len(vies.asked) == before + 2
