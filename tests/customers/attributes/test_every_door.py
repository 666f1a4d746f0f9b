"""A value that one door takes is stored alike by every other and read back as it is stored; what one refuses, all refuse
(docs/domain/attributes.md#attributes-9)."""

import asyncio
import itertools
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from customer_gql.administration.customer_import.adobe.load import import_adobe
from customer_gql.core.ids import encode_id
from support.adobe_shop import ANN, HOME, sheet
from support.customers import customer_id, make_address, make_customer
from support.staff import staff_client

from .samples import delete_made, make_attribute

pytestmark = pytest.mark.slow
SLOWLY = hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=cast("Any", list(HealthCheck)),
    derandomize=True,
    database=None,
)
NAMES = itertools.count()
MEMBERS = "attributes { code text lines date boolean options { code } }"
ERRORS = "userErrors { key path }"
ME = f"mutation E($input: MeUpdateInput!) {{ meUpdate(input: $input) {{ {ERRORS} }} }}"
EDIT = f"mutation E($input: CustomerUpdateInput!) {{ customerUpdate(input: $input) {{ {ERRORS} }} }}"
QUICK = f"mutation Q($input: CustomerQuickEditInput!) {{ customerQuickEdit(input: $input) {{ {ERRORS} }} }}"
CREATE = f"mutation C($input: CustomerCreateInput!) {{ customerCreate(input: $input) {{ {ERRORS} }} }}"
UPSERT = f"mutation U($input: CustomerUpsertInput!) {{ customerUpsert(input: $input) {{ {ERRORS} }} }}"
SIGN_UP = f"mutation S($input: SignUpInput!) {{ signUp(input: $input) {{ {ERRORS} }} }}"
ADDRESS_CREATE = f"mutation C($input: AddressCreateInput!) {{ addressCreate(input: $input) {{ {ERRORS} }} }}"
ADDRESS_UPDATE = f"mutation U($input: AddressUpdateInput!) {{ addressUpdate(input: $input) {{ {ERRORS} }} }}"
OF_STAFF = f"mutation C($input: CustomerAddressCreateInput!) {{ customerAddressCreate(input: $input) {{ {ERRORS} }} }}"
FIND = f"query F($email: String!) {{ customers(filter: {{ email: {{ eq: $email }} }}) {{ nodes {{ {MEMBERS} addresses {{ {MEMBERS} }} }} }} }}"
STREET = {
    "firstName": "Ann",
    "lastName": "Lee",
    "street": ["1 High Street"],
    "city": "Leeds",
    "postcode": "LS1 1AA",
    "countryCode": "GB",
    "telephone": "0113 496 0000",
}
# What each attribute takes: its type and rules, and what is tried.
TEXTS: Any = st.text(alphabet="aZ07 é\u00a0\u200bß<>b/&@.-=+", max_size=14)
AROUND: Any = st.sampled_from(["", "42", "ann@shop.example", "https://a.example/x", "a" * 255, "a" * 256, " a  b "])
TRIED: dict[str, tuple[dict[str, Any], Any]] = {
    "plain": ({"type": "TEXT"}, TEXTS | AROUND),
    "short": ({"type": "TEXT", "rules": {"minLength": 2, "maxLength": 4}}, TEXTS),
    "digits": ({"type": "TEXT", "rules": {"validation": "NUMERIC"}}, st.text(alphabet="0７a ", max_size=5)),
    "words": ({"type": "TEXT", "rules": {"validation": "ALPHANUMERIC_WITH_SPACES"}}, TEXTS),
    "mail": ({"type": "TEXT", "rules": {"validation": "EMAIL"}}, TEXTS | AROUND),
    "link": ({"type": "TEXT", "rules": {"validation": "URL"}}, TEXTS | AROUND),
    "escaped": ({"type": "TEXT", "input_filter": "ESCAPE_HTML"}, TEXTS),
    "stripped": ({"type": "TEXT_AREA", "input_filter": "STRIP_TAGS"}, st.text(alphabet="a<b>\n ", max_size=12)),
    "lines": (
        {"type": "MULTILINE", "rules": {"lineCount": 2, "maxLength": 6}},
        st.lists(st.text(alphabet="aé ", max_size=8), max_size=4),
    ),
    "day": (
        {"type": "DATE", "rules": {"minDate": "2000-01-01", "maxDate": "2030-12-31"}},
        st.dates().map(str) | st.sampled_from(["2000-01-01", "2030-12-31", "2031-01-01", "2024-02-29"]),
    ),
    "answer": ({"type": "BOOLEAN"}, st.booleans()),
    "choice": ({"type": "SELECT"}, st.lists(st.sampled_from(["s", "m", "none"]), max_size=2)),
    "choices": ({"type": "MULTI_SELECT"}, st.lists(st.sampled_from(["s", "m", "l", "none"]), max_size=4)),
}
MEMBER = {"MULTILINE": "lines", "DATE": "date", "BOOLEAN": "boolean", "SELECT": "options", "MULTI_SELECT": "options"}
PICKED: Any = st.sampled_from(sorted(TRIED)).flatmap(lambda name: st.tuples(st.just(name), TRIED[name][1]))


@pytest.fixture
async def doors(http: Any, connection: Any, as_customer: Any, browser: Any, tmp_path: Path) -> Any:
    made = Doors(connection, as_customer, browser, tmp_path)
    made.boss = await staff_client(http, connection)
    for name, (defined, _) in TRIED.items():
        options = ("s", "m", "l") if "SELECT" in defined["type"] else ()
        quick = {"is_quick_editable": True}
        made.of_customers[name] = await make_attribute(connection, options, **defined, **quick)
        made.of_addresses[name] = await make_attribute(connection, options, entity="ADDRESS", **defined)
    yield made
    await delete_made(connection)


class Doors:
    """Each gives somebody of their own a value, and says whether it was refused."""

    def __init__(self, connection: Any, as_customer: Any, browser: Any, folder: Path) -> None:
        self.connection, self.as_customer, self.browser, self.folder = connection, as_customer, browser, folder
        self.boss: Any = None
        self.of_customers: dict[str, Any] = {}
        self.of_addresses: dict[str, Any] = {}

    async def call(self, client: Any, document: str, **input: Any) -> bool:
        [answer] = (await client.data(document, input=input)).values()
        return bool(answer["userErrors"])

    async def try_all(self, name: str, value: Any) -> dict[str, tuple[bool, Any]]:
        """Whether each door refused the value, and what is stored."""
        found: dict[str, tuple[bool, Any]] = {}
        row, member = self.of_customers[name], MEMBER.get(self.of_customers[name].type, "text")
        given = [{"code": row.code, "value": {member: value}}]
        for door in (self.edit, self.quick_edit, self.edit_own, self.create, self.upsert, self.sign_up):
            email = f"door.{next(NAMES)}@shop.example"
            is_refused = await door(email, given)
            found[door.__name__] = is_refused, await self.read(email, row.code, member)
        email = f"door.{next(NAMES)}@shop.example"
        found["load"] = await self.load(email, {row.code: to_cell(value)}, {}), await self.read(email, row.code, member)
        of_address = self.of_addresses[name]
        given = [{"code": of_address.code, "value": {member: value}}]
        for door in (self.add_own_address, self.change_own_address, self.add_address):
            email = f"door.{next(NAMES)}@shop.example"
            is_refused = await door(email, given)
            found[door.__name__] = is_refused, await self.read(email, of_address.code, member)
        email = f"door.{next(NAMES)}@shop.example"
        is_refused = await self.load(email, {}, {of_address.code: to_cell(value)})
        found["load address"] = is_refused, await self.read(email, of_address.code, member)
        return found

    async def edit(self, email: str, given: Any) -> bool:
        row = await make_customer(self.connection, email=email)
        return await self.call(self.boss, EDIT, id=customer_id(row), attributes=given)

    async def quick_edit(self, email: str, given: Any) -> bool:
        row = await make_customer(self.connection, email=email)
        return await self.call(self.boss, QUICK, id=customer_id(row), attributes=given)

    async def edit_own(self, email: str, given: Any) -> bool:
        row = await make_customer(self.connection, email=email)
        return await self.call(await self.as_customer(row.id), ME, attributes=given)

    async def create(self, email: str, given: Any) -> bool:
        return await self.call(self.boss, CREATE, **self.person(email), attributes=given)

    async def upsert(self, email: str, given: Any) -> bool:
        customer = {**self.person(email), "attributes": given}
        return await self.call(self.boss, UPSERT, externalId=email, customer=customer)

    async def sign_up(self, email: str, given: Any) -> bool:
        person = {"email": email, "firstName": "Ann", "lastName": "Lee", "password": "Correct horse battery 9"}
        return await self.call(await self.browser(), SIGN_UP, **person, attributes=given)

    def person(self, email: str) -> dict[str, Any]:
        return {"email": email, "firstName": "Ann", "lastName": "Lee", "websiteId": encode_id("web", 1)}

    async def add_own_address(self, email: str, given: Any) -> bool:
        row = await make_customer(self.connection, email=email)
        return await self.call(await self.as_customer(row.id), ADDRESS_CREATE, **STREET, attributes=given)

    async def change_own_address(self, email: str, given: Any) -> bool:
        row = await make_customer(self.connection, email=email)
        home = await make_address(self.connection, row)
        id = encode_id("adr", row.id, home.id)
        return await self.call(await self.as_customer(row.id), ADDRESS_UPDATE, id=id, attributes=given)

    async def add_address(self, email: str, given: Any) -> bool:
        row = await make_customer(self.connection, email=email)
        return await self.call(self.boss, OF_STAFF, customerId=customer_id(row), **STREET, attributes=given)

    async def load(self, email: str, cells: dict[str, str], of_address: dict[str, str]) -> bool:
        """Whether a cell was left out."""
        people, places = self.folder / "people.csv", self.folder / "places.csv"
        people.write_text(sheet(ANN | {"email": email} | cells), newline="")
        places.write_text(sheet(HOME | {"_email": email} | of_address), newline="")
        done = await import_adobe(
            self.connection, customers=people, addresses=places if of_address else None, report=self.folder / "report"
        )
        assert done.customers.created == 1
        return bool(done.customers.notes + done.addresses.notes)

    async def read(self, email: str, code: str, member: str) -> Any:
        """The value of the customer or of the address; None where there is none."""
        nodes = (await self.boss.data(FIND, email=email))["customers"]["nodes"]
        shown = [
            *(one for node in nodes for one in node["attributes"]),
            *(one for node in nodes for address in node["addresses"] for one in address["attributes"]),
        ]
        values = [one[member] for one in shown if one["code"] == code]
        [value] = values or [None]
        return [one["code"] for one in value] if member == "options" and value is not None else value


def to_cell(value: Any) -> str:
    """As a file has it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, list):
        return value
    parts = cast("list[str]", value)
    is_choice = all(part in ("s", "m", "l", "none") for part in parts)
    return ",".join(parts) if is_choice else "\n".join(parts)


@SLOWLY
@given(PICKED)
async def test_all_doors_store_and_refuse_alike(doors: Doors, picked: tuple[str, Any]):
    name, value = picked
    found = await doors.try_all(name, value)
    await asyncio.sleep(0)
    assert len(set(map(repr, found.values()))) == 1, found
    is_refused, stored = found["edit"]
    assert not is_refused or stored is None
