"""Checking the VAT numbers of customers, in the transaction that changed them (docs/domain/vat.md#vat-2).

Whatever stores an address marks its customer; before the commit the numbers that were not checked yet are judged by format and
checksum, and the rule is applied. VIES is asked by a job after the commit.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import new_ids
from customer_gql.core.viewer import Websites
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.tables import customer
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.customers.vat.numbers import judge_vat_number, read_vat_number
from customer_gql.customers.vat.settings import EU_COUNTRIES, asks_vies
from customer_gql.customers.vat.tables import VatResult, VatSource, vat_check
from customer_gql.database.statements import Connection, insert_rows
from customer_gql.database.transactions import CustomerFollower
from customer_gql.messaging.jobs.queue import enqueue
from customer_gql.shop.countries.options import parse_countries
from customer_gql.shop.settings.reads import SettingValues

from .groups import apply_rule, read_rule_settings
from .reads import read_states

VERIFY_JOB: Final = "vat.verify"
ADDRESSES_OF_A_JOB: Final = 20
CUSTOMERS_IN_A_BATCH: Final = 5_000
_NO_NUMBER: Final = Refusal(
    "vat.no_number",
    "No address of this customer has a VAT number. Enter one first.",
    UserErrorCode.NOT_ALLOWED,
)
AddressKey = tuple[int, int]
"""The customer and the id of an address."""


async def check_customers(connection: Connection, customer_ids: Collection[int]) -> None:
    """Check the numbers that were not checked since they were stored, and have them decide groups. The transaction has locked
    the customers."""
    ids = sorted(customer_ids)
    for start in range(0, len(ids), CUSTOMERS_IN_A_BATCH):
        await _check(connection, ids[start : start + CUSTOMERS_IN_A_BATCH])


FOLLOWER: Final = CustomerFollower(
    columns={
        address: frozenset({"vat_number", "country_code", "is_default_billing", "is_default_shipping"}),
        customer: frozenset({"is_automatic_group_change_disabled", "customer_type", "website_id"}),
    },
    whole=frozenset({address}),
    run=check_customers,
)


async def recheck_customer(connection: Connection, customer_id: int, *, websites: Websites, by: Actor) -> None:
    """Check every number of a customer again. Raises `RuleError` for one without any."""
    account = await lock_customer(connection, customer_id, websites=websites)
    refusal = find_recheck_refusal(await _check(connection, [customer_id], again=True))
    if refusal is not None:
        raise refusal
    await record_customer_event(connection, customer_id, kind="VAT_RECHECKED", version=account.version, by=by)


def find_recheck_refusal(number_count: int) -> Any:
    """What forbids checking the numbers of a customer who has so many."""
    return None if number_count else _NO_NUMBER(path=["id"])


async def _check(connection: Connection, ids: Sequence[int], *, again: bool = False) -> int:
    """How many numbers were checked."""
    rows: list[dict[str, Any]] = [dict(row) for row in await read_states(connection, ids)]
    made, asked = list[dict[str, Any]](), list[AddressKey]()
    places: dict[AddressKey, SettingValues] = {}
    for row in rows:
        if row["address_id"] is not None and (again or row["result"] is None):
            place = row["website_id"], row["created_in_store_view_id"]
            if place not in places:
                places[place] = await read_rule_settings(connection, *place)
            check = _judge_offline(row, places[place])
            made.append(check)
            row |= {name: check[name] for name in ("result", "source", "number")}
            if check["result"] == VatResult.VALID.value and asks_vies(row["country_code"], places[place]):
                asked.append((row["id"], row["address_id"]))
    await store_checks(connection, made)
    await ask_later(connection, asked)
    automatic = [row for row in rows if row["is_automatic"]]
    by_customer = {id: list(its) for id, its in groupby(automatic, key=lambda row: row["id"])}
    await apply_rule(connection, by_customer)
    return len(made)


def _judge_offline(row: Mapping[str, Any], shop: SettingValues) -> dict[str, Any]:
    country, typed = row["country_code"], row["vat_number"]
    number = read_vat_number(country, typed)
    return {
        "customer_id": row["id"],
        "address_id": row["address_id"],
        "country_code": country,
        "vat_number": typed,
        "number": str(number),
        "source": VatSource.OFFLINE.value,
        "result": judge_vat_number(country, number, parse_countries(shop[EU_COUNTRIES])).value,
        "request_id": None,
        "error_code": None,
    }


async def store_checks(connection: Connection, checks: Sequence[Mapping[str, Any]]) -> None:
    """Checks without their ids, in the order they were made."""
    numbered = [{**check, "id": id} for id, check in zip(new_ids(len(checks)), checks, strict=True)] if checks else []
    await insert_rows(connection, vat_check, numbered)


async def ask_later(connection: Connection, asked: Sequence[AddressKey], *, attempt: int = 1, at: Any = None) -> None:
    """Have a worker ask VIES, once the transaction has committed."""
    for start in range(0, len(asked), ADDRESSES_OF_A_JOB):
        payload = {"addresses": asked[start : start + ADDRESSES_OF_A_JOB], "attempt": attempt}
        await enqueue(connection, VERIFY_JOB, payload, at=at)
