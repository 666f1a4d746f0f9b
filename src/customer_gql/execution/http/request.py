"""Reads a request: a query of a URL, or a body that is JSON, small and received in time. Anything else is refused before
anything looks inside."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.limits.text import MAX_NESTING
from customer_gql.execution.preparation import GraphQLRequest
from customer_gql.execution.refusal import RequestRefused

from .deadlines import ClientDisconnected, Deadlines

_DISCARDED_BYTES: Final = 1024 * 1024  # of a refused body are read and dropped, so that the client sees the refusal
_DISCARD_SECONDS: Final = 1.0
_KEYS: Final = (b'"query"', b'"documentId"', b'"variables"', b'"operationName"', b'"extensions"')
_PARAMETERS: Final = 20  # of a URL; further ones are refused unread


async def read_request(
    scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, *, max_bytes: int, deadlines: Deadlines
) -> GraphQLRequest:
    """Raises `RequestRefused`, or `ClientDisconnected`."""
    method = scope["method"]
    if method == "GET":
        return parse_query_string(scope["query_string"], headers)
    try:
        validate_headers(method, headers, max_bytes)
        async with deadlines.of_body():
            body = await _read_body(receive, max_bytes)
    except TimeoutError:
        message = f"The body was not received within {deadlines.body:g} s."
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
        raise _bad_request(405, "Send a GET or POST request.", {"Allow": "GET, POST"})
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


def parse_query_string(query_string: bytes, headers: Mapping[bytes, bytes]) -> GraphQLRequest:
    """The parameters of a GET request. Raises `RequestRefused`."""
    if headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers:
        raise _bad_request(400, "A GET request has no body.", {"Connection": "close"})
    try:
        text = query_string.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_PARAMETERS)
    except ValueError:
        raise _bad_request(400, "The parameters of the URL are not UTF-8, or too many.") from None
    sent: dict[str, Any] = dict(pairs)
    if len(sent) != len(pairs):
        raise _bad_request(400, "The URL contains a parameter twice.")
    for name in ("variables", "extensions"):
        sent[name] = _parse_parameter(name, sent.get(name))
    sent["operationName"] = sent.get("operationName") or None
    return check_request(sent, is_get=True)


def _parse_parameter(name: str, given: str | None) -> Any:
    if not given:
        return None
    try:
        value = orjson.loads(given)
    except orjson.JSONDecodeError:
        raise _bad_request(400, f"The parameter `{name}` is not JSON, or nested too deeply.") from None
    if not isinstance(value, (dict, type(None))):
        raise _bad_request(400, f"`{name}` must be an object or null.")
    if value and _nesting_depth(value) > MAX_NESTING:
        raise _bad_request(400, f"`{name}` may not be nested deeper than {MAX_NESTING} levels.")
    return value


def parse_body(body: bytes) -> GraphQLRequest:
    """Raises `RequestRefused`."""
    return check_request(parse_object(body, depth=MAX_NESTING + 1), size=len(body))


def parse_object(body: bytes, *, depth: int) -> dict[str, Any]:
    """Raises `RequestRefused` for anything but one JSON object without repeated keys that has so many levels at most."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _bad_request(400, "The body is not JSON, not UTF-8, or nested too deeply.") from None
    if not isinstance(sent, dict):
        raise _bad_request(400, "The body must be one JSON object; batches are not supported.")
    if _nesting_depth(sent) > depth:  # before anything that calls itself for each level looks at it
        raise _bad_request(400, f"No value of the body may be nested deeper than {MAX_NESTING} levels.")
    if _may_repeat_keys(body) and _repeats_keys(body):
        raise _bad_request(400, "The body contains a key twice.")
    return sent


def check_request(sent: Mapping[str, Any], *, is_get: bool = False, size: int = 0) -> GraphQLRequest:
    """Raises `RequestRefused`."""
    query, document_id = _text_value(sent, "query"), _text_value(sent, "documentId")
    variables, extensions = sent.get("variables"), sent.get("extensions")
    if variables is not None and not isinstance(variables, dict):
        raise _bad_request(400, "`variables` must be an object or null.")
    if extensions is not None and not isinstance(extensions, dict):
        raise _bad_request(400, "`extensions` must be an object or null.")
    persisted_hash = _persisted_hash(extensions or {})
    if (document_id is None) == (query is None and persisted_hash is None):
        raise _bad_request(400, "Send `query`, the document as a string.")
    name = _text_value(sent, "operationName")
    return GraphQLRequest(query, document_id, variables, name, persisted_hash, is_get, size)


def _persisted_hash(extensions: Mapping[str, Any]) -> str | None:
    """The hash of an automatic persisted query, the first version of which is the only one."""
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    given = persisted.get("sha256Hash") if isinstance(persisted, dict) and persisted.get("version") == 1 else None
    if not isinstance(given, str):
        raise _bad_request(400, "`extensions.persistedQuery` must be an object of `version` 1 and `sha256Hash`.")
    return given


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
    while level and depth <= MAX_NESTING + 2:
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
