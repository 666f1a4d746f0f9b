"""Asking VIES about stored numbers, after the commit that stored them (docs/domain/vat.md#vat-3)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.clock import read_clock
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.profile.tables import customer
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.customers.vat.numbers import VatNumber, read_vat_number
from customer_gql.customers.vat.settings import asks_vies, find_requester
from customer_gql.customers.vat.tables import VatResult, VatSource
from customer_gql.customers.vat.vies import ViesAnswer, asking_vies
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.database.transactions import transaction
from customer_gql.messaging.jobs.work import Job, Tools

from .checks import VERIFY_JOB, AddressKey, ask_later, check_customers, store_checks
from .groups import read_rule_settings

PAUSES: Final = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=10),
    dt.timedelta(hours=1),
    dt.timedelta(hours=4),
    dt.timedelta(hours=12),
    dt.timedelta(days=1),
)
"""After each attempt without an answer. Then staff can have the number checked again."""

Question = tuple[VatNumber, VatNumber | None]


async def verify_numbers(tools: Tools, payload: Mapping[str, Any]) -> None:
    """Idempotent: an address that was changed or deleted meanwhile is left out, and a second answer is one more check."""
    keys = [(customer_id, id) for customer_id, id in payload["addresses"]]
    async with tools.database.writes.acquire() as connection:
        rows = await _read_addresses(connection, keys)
        questions = {(row.customer_id, row.id): await _find_question(connection, row) for row in rows}
    answers: dict[Question, ViesAnswer] = {}
    async with asking_vies(tools.settings.vies_url) as ask:
        for question in questions.values():
            if question is not None and question not in answers:
                answers[question] = await ask(*question)
    answered = {
        (row.customer_id, row.id): (row, question[0], answers[question])
        for row in rows
        if (question := questions[row.customer_id, row.id]) is not None
    }
    if answered:
        async with tools.database.writes.acquire() as connection, transaction(connection):
            await _store_answers(connection, answered, attempt=payload["attempt"])


async def _read_addresses(connection: Connection, keys: Sequence[AddressKey]) -> list[Row]:
    found = await fetch_rows(
        connection,
        select(
            address.c.customer_id,
            address.c.id,
            address.c.country_code,
            address.c.vat_number,
            customer.c.website_id,
            customer.c.created_in_store_view_id,
        )
        .join(customer, customer.c.id == address.c.customer_id)
        .where(
            equals_any(address.c.customer_id, sorted({customer_id for customer_id, _ in keys})),
            equals_any(address.c.id, sorted({id for _, id in keys})),
            address.c.vat_number.is_not(None),
        )
        .order_by(address.c.customer_id, address.c.id),
    )
    return [row for row in found if (row.customer_id, row.id) in keys]


async def _find_question(connection: Connection, row: Row) -> Question | None:
    """None where VIES is not asked (any more)."""
    shop = await read_rule_settings(connection, row.website_id, row.created_in_store_view_id)
    if not asks_vies(row.country_code, shop):
        return None
    return read_vat_number(row.country_code, row.vat_number), find_requester(shop)


async def _store_answers(
    connection: Connection, answered: Mapping[AddressKey, tuple[Row, VatNumber, ViesAnswer]], *, attempt: int
) -> None:
    await lock_customers(connection, [customer_id for customer_id, _ in answered], websites=None)
    present = {(row.customer_id, row.id): row for row in await _read_addresses(connection, list(answered))}
    checks, silent = list[dict[str, Any]](), list[AddressKey]()
    for key, (row, number, answer) in answered.items():
        now = present.get(key)
        if now is None or (now.country_code, now.vat_number) != (row.country_code, row.vat_number):
            continue  # its new number has a job of its own
        checks.append(_describe_answer(row, number, answer))
        if answer.result is VatResult.UNAVAILABLE:
            silent.append(key)
    await store_checks(connection, checks)
    await check_customers(connection, {check["customer_id"] for check in checks})
    if attempt <= len(PAUSES):
        await ask_later(connection, silent, attempt=attempt + 1, at=read_clock() + PAUSES[attempt - 1])


def _describe_answer(row: Row, number: VatNumber, answer: ViesAnswer) -> dict[str, Any]:
    return {
        "customer_id": row.customer_id,
        "address_id": row.id,
        "country_code": row.country_code,
        "vat_number": row.vat_number,
        "number": str(number),
        "source": VatSource.VIES.value,
        "result": answer.result.value,
        "request_id": answer.request_id,
        "error_code": answer.error_code,
    }


VERIFY: Final = Job(VERIFY_JOB, verify_numbers, at_once=4)
