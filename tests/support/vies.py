"""A VIES of our own: a real server on loopback that speaks the protocol of its REST interface."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from support.receivers import Behave, Receiver, answer, receiving

JSON = "Content-Type: application/json"


@dataclass
class Vies:
    """`registered` are the numbers it knows, `fault` the error that it gives instead of an answer, with its status."""

    registered: set[str] = field(default_factory=set[str])
    fault: str | None = None
    status: int = 200
    behave: Behave | None = None
    receiver: Receiver | None = None

    @property
    def url(self) -> str:
        assert self.receiver is not None
        return f"http://127.0.0.1:{self.receiver.port}"

    @property
    def asked(self) -> list[Any]:
        assert self.receiver is not None
        return [request.json for request in self.receiver.requests]

    async def reply(self, receiver: Receiver, writer: asyncio.StreamWriter) -> None:
        if self.behave is not None:
            return await self.behave(receiver, writer)
        request = receiver.requests[-1]
        assert request.head.startswith("POST /check-vat-number HTTP/1.1")
        body = orjson.dumps(self.answer_to(request.json))
        return await answer(self.status, JSON, body=body)(receiver, writer)

    def answer_to(self, asked: Any) -> Any:
        if self.fault is not None:
            return {"actionSucceed": False, "errorWrappers": [{"error": self.fault}]}
        is_valid = asked["countryCode"] + asked["vatNumber"] in self.registered
        has_requester = "requesterNumber" in asked
        return {
            "countryCode": asked["countryCode"],
            "vatNumber": asked["vatNumber"],
            "requestDate": "2026-12-01T12:00:00.000Z",
            "valid": is_valid,
            "requestIdentifier": "WAPIAAAAYx1" if has_requester else "",
            "name": "ACME GMBH" if is_valid else "---",
            "address": "1 ROAD" if is_valid else "---",
            "traderNameMatch": "NOT_PROCESSED",
        }


@asynccontextmanager
async def vies_server(*registered: str) -> AsyncGenerator[Vies]:
    vies = Vies(set(registered))
    async with receiving(vies.reply) as receiver:
        vies.receiver = receiver
        yield vies
