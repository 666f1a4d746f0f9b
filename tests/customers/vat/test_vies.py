"""What VIES answers, and what it does instead."""

import asyncio
from typing import Any

import pytest

from customer_gql.customers.vat import vies as client
from customer_gql.customers.vat.numbers import VatNumber
from customer_gql.customers.vat.tables import VatResult
from customer_gql.customers.vat.vies import ViesAnswer, asking_vies
from support.receivers import Behave, Receiver, answer, flood, hang
from support.vies import JSON, vies_server

NUMBER, SHOP = VatNumber("DE", "136695976"), VatNumber("AT", "U13585627")


async def ask(url: str, requester: VatNumber | None = None) -> ViesAnswer:
    async with asking_vies(url) as asked:
        return await asked(NUMBER, requester)


async def test_answers_about_registered_numbers() -> None:
    async with vies_server("DE136695976") as vies:
        assert await ask(vies.url, SHOP) == ViesAnswer(VatResult.VALID, "WAPIAAAAYx1")
        vies.registered.clear()
        assert await ask(vies.url) == ViesAnswer(VatResult.INVALID)
        assert vies.asked == [
            {
                "countryCode": "DE",
                "vatNumber": "136695976",
                "requesterMemberStateCode": "AT",
                "requesterNumber": "U13585627",
            },
            {"countryCode": "DE", "vatNumber": "136695976"},
        ]


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ("MS_UNAVAILABLE", VatResult.UNAVAILABLE),
        ("GLOBAL_MAX_CONCURRENT_REQ", VatResult.UNAVAILABLE),
        ("INVALID_REQUESTER_INFO", VatResult.UNAVAILABLE),
        ("INVALID_INPUT", VatResult.INVALID),
    ],
)
async def test_errors(status: int, fault: str, result: VatResult) -> None:
    async with vies_server() as vies:
        vies.fault, vies.status = fault, status
        assert await ask(vies.url) == ViesAnswer(result, None, fault)


async def flood_the_body(_: Receiver, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000)
    await writer.drain()


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (answer(503, body=b"<html>"), "HTTP_503"),
        (answer(200, JSON, body=b"[]"), "HTTP_200"),
        (answer(200, JSON, body=b'{"valid": "yes"}'), "HTTP_200"),
        (answer(200, JSON, body=b'{"isValid": true, "userError": "TIMEOUT"}'), "TIMEOUT"),
        (answer(302, "Location: http://127.0.0.1:1/"), "HTTP_302"),
        (flood_the_body, "HTTP_200"),
        (hang, "NO_ANSWER_IN_TIME"),
        (flood, "NO_CONNECTION"),
    ],
)
async def test_no_answer(behave: Behave, code: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 1.0)
    async with vies_server() as vies:
        vies.behave = behave
        assert await ask(vies.url) == ViesAnswer(VatResult.UNAVAILABLE, None, code)


async def test_nobody_listens() -> None:
    async with vies_server() as vies:
        url = vies.url
    assert await ask(url) == ViesAnswer(VatResult.UNAVAILABLE, None, "NO_CONNECTION")
