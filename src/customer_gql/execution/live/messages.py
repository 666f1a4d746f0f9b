"""The messages of `graphql-transport-ws`, read and written."""

import enum
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

from customer_gql.execution.http.request import check_request, parse_object
from customer_gql.execution.limits.text import MAX_NESTING
from customer_gql.execution.preparation import GraphQLRequest
from customer_gql.execution.refusal import RequestRefused

SUBPROTOCOL: Final = "graphql-transport-ws"
_ID_LENGTH: Final = 128


class CloseCode(enum.IntEnum):
    """Why the service closes a socket; the first are those of WebSockets, the others of the protocol."""

    TRY_AGAIN_LATER = 1013
    INVALID_MESSAGE = 4400
    UNAUTHORIZED = 4401
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INIT_REQUESTS = 4429


class SocketRefused(Exception):
    """Ends a socket."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Message(NamedTuple):
    type: str
    id: str
    payload: Any


def read_message(text: str | None) -> Message:
    """Raises `SocketRefused`."""
    if text is None:
        raise _invalid("Send messages as text.")
    try:
        sent = parse_object(text.encode(), depth=MAX_NESTING + 2)
    except RequestRefused:
        raise _invalid("A message is one JSON object, not nested too deeply.") from None
    kind, id = sent.get("type"), sent.get("id", "")
    if not isinstance(kind, str):
        raise _invalid("A message has a type.")
    if not isinstance(id, str) or len(id) > _ID_LENGTH:
        raise _invalid(f"The id of an operation is a text of at most {_ID_LENGTH} characters.")
    return Message(kind, id, sent.get("payload"))


def read_operation(message: Message) -> GraphQLRequest:
    """What a `subscribe` asks for. Raises `SocketRefused`."""
    if not message.id:
        raise _invalid("An operation has an id.")
    if not isinstance(message.payload, dict):
        raise _invalid("The payload of an operation is an object.")
    try:
        return check_request(message.payload, size=len(orjson.dumps(message.payload)))
    except (RequestRefused, TypeError) as refused:
        raise _invalid(str(refused)[:100]) from None


def read_authorization(payload: Any) -> str | None:
    """What `connection_init` says of who opens the connection. Raises `SocketRefused`."""
    if payload is None:
        return None
    if not isinstance(payload, dict):
        raise _invalid("The payload of connection_init is an object.")
    given = [value for name, value in payload.items() if name.lower() == "authorization"]
    if len(given) > 1 or not all(isinstance(value, str) for value in given):
        raise _invalid("Send one authorization, as a text.")
    return given[0] if given else None


def write_message(kind: str, id: str | None = None, payload: Any = None) -> str:
    message: Mapping[str, Any] = {"type": kind, "id": id, "payload": payload}
    return orjson.dumps({name: value for name, value in message.items() if value is not None}).decode()


def _invalid(reason: str) -> SocketRefused:
    return SocketRefused(CloseCode.INVALID_MESSAGE, reason)
