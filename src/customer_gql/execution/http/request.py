"""Reads a request. Whatever is not POST, JSON, small and received in time is refused before anything looks inside."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.types import Receive

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.limits.text import MAX_NESTING
from customer_gql.execution.refusal import RequestRefused

_DISCARDED_BYTES: Final = 1024 * 1024  # of a refused body are read and dropped, so that the client sees the refusal
_DISCARD_SECONDS: Final = 1.0
_KEYS: Final = (b'"query"', b'"documentId"', b'"variables"', b'"operationName"')


class ClientDisconnected(Exception):
    """The client closed the connection before the response."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """The body of a request; either `query` or `document_id` is set."""

    query: str | None
    document_id: str | None
    variables: dict[str, Any] | None
    operation_name: str | None


async def read_request(
    method: str, headers: Mapping[bytes, bytes], receive: Receive, *, max_bytes: int, seconds: float
) -> GraphQLRequest:
    """Raises `RequestRefused`, or `ClientDisconnected`."""
    try:
        validate_headers(method, headers, max_bytes)
        async with asyncio.timeout(seconds):
            body = await _read_body(receive, max_bytes)
    except TimeoutError:
        message = f"The body was not received within {seconds:g} s."
        raise _bad_request(408, message, {"Connection": "close"}) from None
    except RequestRefused as refused:
        if method == "POST":
            refused.headers["Connection"] = "close"
            if b"expect" not in headers:
                await _discard_body(receive)
        raise
    return parse_body(body)


def validate_headers(method: str, headers: Mapping[bytes, bytes], max_bytes: int) -> None:
    if method != "POST":
        raise _bad_request(405, "Send a POST request.", {"Allow": "POST"})
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise _bad_request(415, "Send the body without Content-Encoding.")
    media_type, _, parameters = headers.get(b"content-type", b"").lower().partition(b";")
    if media_type.strip() != b"application/json" or not _is_utf8(parameters):
        raise _bad_request(415, "Send the body as application/json in UTF-8.")
    length = headers.get(b"content-length", b"")
    if length.isdigit() and (len(length) > 15 or int(length) > max_bytes):
        raise _body_too_large(max_bytes)


def _is_utf8(parameters: bytes) -> bool:
    return b"charset" not in parameters or parameters.replace(b'"', b"").strip() in (b"charset=utf-8", b"charset=utf8")


async def _read_body(receive: Receive, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            raise _body_too_large(max_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _discard_body(receive: Receive) -> None:
    """A client that still sends when the connection is closed would never see the response."""
    left = _DISCARDED_BYTES
    try:
        async with asyncio.timeout(_DISCARD_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def parse_body(body: bytes) -> GraphQLRequest:
    """Raises `RequestRefused`."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _bad_request(400, "The body is not JSON, not UTF-8, or nested too deeply.") from None
    if not isinstance(sent, dict):
        raise _bad_request(400, "The body must be one JSON object; batches are not supported.")
    if _nesting_depth(sent) > MAX_NESTING + 1:  # before anything that calls itself for each level looks at it
        raise _bad_request(400, f"No value of the body may be nested deeper than {MAX_NESTING} levels.")
    if _may_repeat_keys(body) and _repeats_keys(body):
        raise _bad_request(400, "The body contains a key twice.")
    document_id = sent.get("documentId")
    query = _text_value(sent, "query")
    if (query is None) == (document_id is None):
        raise _bad_request(400, "Send `query`, the document as a string.")
    variables = sent.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise _bad_request(400, "`variables` must be an object or null.")
    if not isinstance(sent.get("extensions", {}), (dict, type(None))):
        raise _bad_request(400, "`extensions` must be an object or null.")
    return GraphQLRequest(query, _text_value(sent, "documentId"), variables, _text_value(sent, "operationName"))


def _text_value(sent: Mapping[str, Any], name: str) -> str | None:
    value = sent.get(name)
    if value is not None and not isinstance(value, str):
        raise _bad_request(400, f"`{name}` must be a string.")
    return value


def _may_repeat_keys(body: bytes) -> bool:
    """A cheap check without false negatives: an escaped spelling of a key contains a backslash and a u."""
    return b"\\u" in body or any(body.count(key) > 1 for key in _KEYS)


def _repeats_keys(body: bytes) -> bool:
    repeated = False

    def collect_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        collected = dict(pairs)
        repeated = repeated or len(collected) != len(pairs)
        return collected

    json.loads(body, object_pairs_hook=collect_pairs)
    return repeated


def _nesting_depth(value: Any) -> int:
    """How deep lists and objects are nested, computed without recursion."""
    depth, level = 0, [value]
    while level and depth <= MAX_NESTING + 1:
        depth += 1
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
    return depth


def _bad_request(status: int, message: str, headers: Mapping[str, str] | None = None) -> RequestRefused:
    return RequestRefused(status, ErrorCode.BAD_USER_INPUT, message, headers)


def _body_too_large(max_bytes: int) -> RequestRefused:
    return _bad_request(413, f"The body is larger than {max_bytes} bytes.")
