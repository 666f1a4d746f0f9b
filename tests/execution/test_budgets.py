"""How many statements each door takes at most, `BEGIN` and `COMMIT` included, after its first run (docs/performance.md)."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import make_customer, make_full_customer

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
PASSWORD = "a correct horse of 2026"
PLACE = {"street": ["Main Street 1"], "city": "Berlin", "postcode": "10115", "countryCode": "DE"}
BUDGETS = {
    "customerQuickEdit": 7,
    "customerAddressCreate": 10,
    "storeCreditAdjust": 10,
    "customerUpdate": 24,
    "customerMassAction": 27,
    "tokenRefresh": 6,
}
ASK = "mutation M($input: {kind}!) {{ payload: {name}(input: $input) {{ userErrors {{ key }} {fields} }} }}"
numbers = itertools.count(7_000_000)


@pytest.fixture
async def asking(admin_client: Client, storefront: Client, connection: Connection) -> dict[str, Callable[[], Any]]:
    """By door: the client, and an input that no other request has."""
    customer = await make_full_customer(connection)
    id, others = encode_id("cus", customer.id), [(await make_customer(connection)).id for _ in range(20)]
    groups = itertools.cycle((3, 1))
    account = await make_account(storefront)
    session = {"refreshToken": (await ask(storefront, "signIn", account, "refreshToken"))["refreshToken"]}

    async def renew() -> Any:
        session.update(refreshToken=(await ask(storefront, "tokenRefresh", session, "refreshToken"))["refreshToken"])

    def of_staff(name: str, make: Callable[[int], dict[str, Any]]) -> Callable[[], Any]:
        return lambda: ask(admin_client, name, make(next(numbers)))

    return {
        "customerQuickEdit": of_staff("customerQuickEdit", lambda n: {"id": id, "taxVatNumber": f"T{n}"}),
        "customerUpdate": of_staff("customerUpdate", lambda n: {"id": id, "email": f"e{n}@example.com"}),
        "customerAddressCreate": of_staff(
            "customerAddressCreate",
            lambda n: {
                "customerId": id,
                "firstName": "Ada",
                "lastName": f"B{n}",
                "telephone": "+49 30 123456",
                **PLACE,
            },
        ),
        "storeCreditAdjust": of_staff(
            "storeCreditAdjust", lambda n: {"id": id, "amount": "1.00", "idempotencyKey": str(n)}
        ),
        "customerMassAction": of_staff(
            "customerMassAction",
            lambda _: {
                "action": "ASSIGN_GROUP",
                "selection": {"ids": [encode_id("cus", one) for one in others]},
                "groupId": encode_id("grp", next(groups)),
            },
        ),
        "tokenRefresh": renew,
    }


async def ask(client: Client, name: str, given: dict[str, Any], fields: str = "") -> Any:
    kind = f"{name[0].upper()}{name[1:]}Input"
    payload = (await client.data(ASK.format(kind=kind, name=name, fields=fields), input=given))["payload"]
    assert payload["userErrors"] == []
    return payload


async def make_account(storefront: Client) -> dict[str, str]:
    account = {"email": f"s{next(numbers)}@example.com", "password": PASSWORD}
    await ask(storefront, "signUp", {**account, "firstName": "Ada", "lastName": "Byron"})
    return account


@pytest.mark.parametrize("name", BUDGETS)
async def test_a_mutation_keeps_its_budget(name: str, asking: dict[str, Callable[[], Any]], statements):
    for _ in range(2):
        await asking[name]()
    await statements.clear()
    await asking[name]()
    assert await statements.count() <= BUDGETS[name], "\n".join(text[:100] for text in statements.texts)


def test_the_page_states_the_budgets():
    rows = re.findall(r"^\| `(\w+)`[^|]* \| (\d+) \|", PAGE.read_text(), re.MULTILINE)
    assert {name: int(number) for name, number in rows} == BUDGETS
