"""The VAT number at an address of a cart decides a group for this purchase, as it does at a default address
(docs/domain/carts.md#carts-15)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.clock import read_clock
from customer_gql.customers.profile.tables import CustomerType, customer
from customer_gql.customers.vat.numbers import VatNumber, judge_vat_number, read_vat_number
from customer_gql.customers.vat.reads import find_last_answer
from customer_gql.customers.vat.settings import EU_COUNTRIES, asks_vies, find_requester
from customer_gql.customers.vat.tables import VatResult, VatSource
from customer_gql.customers.vat.vies import asking_vies
from customer_gql.customers.vat_groups.groups import read_rule_settings
from customer_gql.customers.vat_groups.rule import CheckedNumber, decide_group
from customer_gql.customers.vat_groups.settings import AUTOMATIC_GROUP, BILLING, DECIDING_ADDRESS, EACH_TRANSACTION
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, fetch_one
from customer_gql.shop.countries.options import parse_countries
from customer_gql.shop.settings.reads import SettingValues

Address = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DecidedGroup:
    """The group that a number leads to, and the check by which it does, for the copy of the address of that kind."""

    kind: str
    group_id: int | None
    result: VatResult
    request_id: str | None
    checked_at: dt.datetime

    @property
    def stored(self) -> dict[str, Any]:
        return {"vat_result": self.result.value, "vat_request_id": self.request_id, "vat_checked_at": self.checked_at}


@dataclass(frozen=True, slots=True)
class _Check:
    result: VatResult
    source: VatSource
    request_id: str | None
    checked_at: dt.datetime


_of_account: Final = (customer.c.customer_type, customer.c.is_automatic_group_change_disabled)


async def decide_cart_group(
    database: Database,
    vies_url: str,
    owner: int,
    addresses: Mapping[str, Address],
    *,
    website_id: int,
    store_view_id: int,
) -> DecidedGroup | None:
    """None where no number decides. VIES is given 3 seconds, so no transaction may be open."""
    async with database.reads.acquire() as connection:
        shop = await read_rule_settings(connection, website_id, store_view_id)
        kind = "BILLING" if shop[DECIDING_ADDRESS] == BILLING else "SHIPPING"
        address = addresses.get(kind)
        if address is None or not address["vat_number"] or not shop[AUTOMATIC_GROUP]:
            return None
        if not await is_group_free(connection, owner):
            return None
        number = read_vat_number(address["country_code"], address["vat_number"])
        known = None if shop[EACH_TRANSACTION] else await find_last_answer(connection, owner, number)
    check = await _check_number(vies_url, shop, address["country_code"], number, known)
    decision = decide_group(shop, CheckedNumber(address["country_code"], check.result, check.source))
    return DecidedGroup(kind, decision.group_id, check.result, check.request_id, check.checked_at)


async def is_group_free(connection: Connection, owner: int) -> bool:
    """Members of companies and those whose group staff have fixed keep theirs; guests have none."""
    found = await fetch_one(connection, select(*_of_account).where(customer.c.id == owner))
    if found is None:
        return True
    return found.customer_type == CustomerType.INDIVIDUAL.value and not found.is_automatic_group_change_disabled


async def _check_number(
    vies_url: str, shop: SettingValues, country: str, number: VatNumber, known: Row | None
) -> _Check:
    """`known` is an answer of VIES that is used again. Format and checksum come first, whatever was answered."""
    offline = judge_vat_number(country, number, parse_countries(shop[EU_COUNTRIES]))
    if offline is not VatResult.VALID or not asks_vies(country, shop):
        return _Check(offline, VatSource.OFFLINE, None, read_clock())
    if known is not None:
        return _Check(VatResult(known.result), VatSource.VIES, known.request_id, known.checked_at)
    async with asking_vies(vies_url) as ask:
        answer = await ask(number, find_requester(shop))
    return _Check(answer.result, VatSource.VIES, answer.request_id, read_clock())
