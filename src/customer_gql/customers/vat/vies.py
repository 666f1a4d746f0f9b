"""The REST interface of VIES, the service of the European Union that knows which VAT numbers are registered.

`POST /check-vat-number` takes the number, and that of the shop, for which VIES gives out a consultation number. What keeps
it from answering comes with any status, 200 included, as `errorWrappers` or as `userError` (docs/domain/vat.md#vat-3).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import orjson

from .numbers import VatNumber
from .tables import VatResult

ANSWER_SECONDS: Final = 3.0
_LARGEST_ANSWER: Final = 64 * 1024
_LONGEST_CODE: Final = 100
_NO_ERROR: Final = (None, "", "VALID", "INVALID")
_OF_THE_NUMBER: Final = "INVALID_INPUT"
"""The only error that says something about the number."""


@dataclass(frozen=True, slots=True)
class ViesAnswer:
    result: VatResult
    request_id: str | None = None
    error_code: str | None = None


AskVies = Callable[[VatNumber, VatNumber | None], Awaitable[ViesAnswer]]
"""What VIES says about a number, for a shop that states its own or does not. It never raises for a fault of VIES."""


@asynccontextmanager
async def asking_vies(url: str) -> AsyncGenerator[AskVies]:
    """A connection to the service at `url`, for one question or several."""
    async with httpx2.AsyncClient(timeout=ANSWER_SECONDS) as client:

        async def ask(number: VatNumber, requester: VatNumber | None) -> ViesAnswer:
            return await _ask(client, url, number, requester)

        yield ask


async def _ask(client: httpx2.AsyncClient, url: str, number: VatNumber, requester: VatNumber | None) -> ViesAnswer:
    body = {"countryCode": number.prefix, "vatNumber": number.national}
    if requester is not None:
        body |= {"requesterMemberStateCode": requester.prefix, "requesterNumber": requester.national}
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            client.stream("POST", f"{url}/check-vat-number", json=body) as response,
        ):
            return _read_answer(response.status_code, await _read_body(response))
    except (TimeoutError, httpx2.TimeoutException):
        return _unavailable("NO_ANSWER_IN_TIME")
    except httpx2.HTTPError:
        return _unavailable("NO_CONNECTION")


async def _read_body(response: httpx2.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _LARGEST_ANSWER:
            return b""
    return body


def _read_answer(status: int, body: bytes) -> ViesAnswer:
    try:
        answer = orjson.loads(body)
    except ValueError:
        return _unavailable(f"HTTP_{status}")
    if not isinstance(answer, dict):
        return _unavailable(f"HTTP_{status}")
    error = _find_error(answer)
    if error is not None:
        return ViesAnswer(VatResult.INVALID, None, error) if error == _OF_THE_NUMBER else _unavailable(error)
    if not isinstance(answer.get("valid"), bool):
        return _unavailable(f"HTTP_{status}")
    request_id = answer.get("requestIdentifier")
    return ViesAnswer(
        VatResult.VALID if answer["valid"] else VatResult.INVALID,
        request_id[:_LONGEST_CODE] if isinstance(request_id, str) and request_id else None,
    )


def _find_error(answer: Mapping[str, Any]) -> str | None:
    wrappers = answer.get("errorWrappers")
    if isinstance(wrappers, list) and wrappers:
        first: Any = wrappers[0]
        return str(first.get("error") if isinstance(first, dict) else first)[:_LONGEST_CODE]
    if answer.get("actionSucceed") is False:
        return "UNKNOWN"
    told = answer.get("userError")
    return None if told in _NO_ERROR else str(told)[:_LONGEST_CODE]


def _unavailable(code: str) -> ViesAnswer:
    return ViesAnswer(VatResult.UNAVAILABLE, None, code)
