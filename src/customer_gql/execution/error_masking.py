"""What a caller sees of an error: a code from the closed list and a message meant for callers, nothing else."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryInputCoercionError

from customer_gql.core.errors import ErrorCode, GraphError
from customer_gql.database.pools import CONNECTION_FAULTS

from .refusal import RequestRefused

MAX_ERRORS: Final = 10
_UNAVAILABLE: Final = (
    *CONNECTION_FAULTS,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a statement on a connection whose other end has just gone
    asyncpg.InsufficientResourcesError,  # of disk, memory or connections
    asyncpg.OperatorInterventionError,  # a time limit, a shutdown, or the crash of another backend
    asyncpg.PostgresSystemError,  # of the disk below the database
    asyncpg.TransactionRollbackError,  # a deadlock or a serialization failure
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    MemoryError,
    TimeoutError,
)
RETRY: Final = {"Retry-After": "1"}
_SUGGESTION: Final = re.compile(r" ?Did you mean .*", re.DOTALL)
_QUOTED_INPUT: Final = re.compile(r"(?:, found)?: [{\[].*", re.DOTALL)
"""A whole object or list, in Python's spelling: it may hold a password, and clients log messages."""
_UNAVAILABLE_MESSAGE: Final = "The service is temporarily unavailable. Try again."
_FAULT_MESSAGE: Final = "Internal server error."


def mask_field_errors(
    errors: Sequence[GraphQLError], request_id: str, *, explain: bool
) -> tuple[list[dict[str, Any]], list[Exception]]:
    """The errors of an executed document as callers see them, and the faults, which only the log may name."""
    faults: list[Exception] = []
    masked = [_mask_field_error(error, request_id, faults) for error in errors[:MAX_ERRORS]]
    if not explain:
        for error in masked:
            error["message"] = _SUGGESTION.sub("", error["message"])
    return masked, faults


def mask_document_errors(errors: Sequence[GraphQLError], *, explain: bool) -> list[dict[str, Any]]:
    """The errors of a text that is not a valid document of the schema."""
    first = errors[0]
    if isinstance(first, GraphQLSyntaxError):
        message = first.message if explain else "The document is not valid GraphQL."
        return [_format_error(message, ErrorCode.GRAPHQL_PARSE_FAILED, first)]
    if not explain:
        # One message for every invalid document: validation errors about names would reveal the schema.
        extensions = _code_extension(_document_error_code(first))
        return [{"message": "The document is not valid for this schema.", "extensions": extensions}]
    return [_format_error(error.message, _document_error_code(error), error) for error in errors[:MAX_ERRORS]]


def _document_error_code(error: GraphQLError) -> ErrorCode:
    given = (error.extensions or {}).get("code")
    return ErrorCode(given) if given else ErrorCode.GRAPHQL_VALIDATION_FAILED


def _mask_field_error(error: GraphQLError, request_id: str, faults: list[Exception]) -> dict[str, Any]:
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    if isinstance(original, GraphError):
        return {**_format_error(original.message, original.code, error), "extensions": dict(original.extensions)}
    if isinstance(original, StrawberryInputCoercionError) or _is_input_error(error, original):
        # The executor's own message about variables and arguments, which says at which place the value stands.
        message = _QUOTED_INPUT.sub("", error.message).replace("not to be None", "not to be null")
        return _format_error(message, ErrorCode.BAD_USER_INPUT, error)
    original = original or error
    faults.append(original)
    if isinstance(original, _UNAVAILABLE):
        return _format_fault(_UNAVAILABLE_MESSAGE, ErrorCode.UNAVAILABLE, request_id, error)
    return _format_fault(_FAULT_MESSAGE, ErrorCode.INTERNAL_SERVER_ERROR, request_id, error)


def _is_input_error(error: GraphQLError, original: Exception | None) -> bool:
    """Every error before the first field; of a field's errors those that say so, since a value that cannot be
    serialized is a fault of the service."""
    if original is not None and not isinstance(original, GraphQLError):
        return False
    stated = (error.extensions or {}).get("code") == ErrorCode.BAD_USER_INPUT.value
    return not error.path or stated or error.message.startswith("Argument ")


def _format_fault(message: str, code: ErrorCode, request_id: str, error: GraphQLError) -> dict[str, Any]:
    formatted = _format_error(message, code, error)
    formatted["extensions"]["requestId"] = request_id
    return formatted


def _format_error(message: str, code: ErrorCode, error: GraphQLError) -> dict[str, Any]:
    formatted: dict[str, Any] = {"message": message}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path:
        formatted["path"] = error.path
    return {**formatted, "extensions": _code_extension(code)}


def _code_extension(code: ErrorCode) -> dict[str, Any]:
    return {"code": code.value}


def is_unavailable(error: BaseException) -> bool:
    """Whether the error means that the database or another service behind this one does not respond."""
    return isinstance(error, _UNAVAILABLE)


def has_unavailable_part(body: Mapping[str, Any]) -> bool:
    """Whether something of the document has to be asked for again later."""
    return any(error["extensions"]["code"] == ErrorCode.UNAVAILABLE.value for error in body["errors"])


def is_outage(body: Mapping[str, Any]) -> bool:
    """Whether nothing could be read because the database is unavailable."""
    return has_unavailable_part(body) and all(value is None for value in (body.get("data") or {}).values())


def refusal_for_fault(error: Exception) -> RequestRefused:
    if is_unavailable(error):
        return RequestRefused(503, ErrorCode.UNAVAILABLE, _UNAVAILABLE_MESSAGE, RETRY)
    return RequestRefused(500, ErrorCode.INTERNAL_SERVER_ERROR, _FAULT_MESSAGE)
