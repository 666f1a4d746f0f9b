"""What of an error leaves the process: a code of the closed list and a sentence meant for callers, nothing else."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryInputCoercionError

from customer_gql.core.errors import ErrorCode, GraphError
from customer_gql.database.pools import CONNECTION_FAULTS

from .refusal import RequestRefused

log = structlog.get_logger("fault")
_UNAVAILABLE: Final = (
    *CONNECTION_FAULTS,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    TimeoutError,
)
MAX_ERRORS: Final = 10


def mask_field_errors(
    errors: Sequence[GraphQLError], request_id: str, *, explain: bool
) -> tuple[list[dict[str, Any]], list[Exception]]:
    """The errors of a document that ran as they may be shown, and the faults that only the log may know of."""
    faults: list[Exception] = []
    shown = [_mask_field_error(error, request_id, faults) for error in errors[:MAX_ERRORS]]
    if not explain:
        for error in shown:
            error["message"] = _SUGGESTION.sub("", error["message"])
    return shown, faults


_SUGGESTION: Final = re.compile(r" ?Did you mean .*", re.DOTALL)


def mask_document_errors(errors: Sequence[GraphQLError], *, explain: bool) -> list[dict[str, Any]]:
    """The errors of a document that is none, or not one of this schema."""
    first = errors[0]
    if isinstance(first, GraphQLSyntaxError):
        message = first.message if explain else "The document is not GraphQL."
        return [_format_error(message, ErrorCode.GRAPHQL_PARSE_FAILED, first)]
    if not explain:
        # One sentence for every invalid document: what validation says about names tells the schema.
        return [
            {"message": "The document does not fit the schema.", "extensions": _code_extension(_document_code(first))}
        ]
    return [_format_error(error.message, _document_code(error), error) for error in errors[:MAX_ERRORS]]


def _document_code(error: GraphQLError) -> ErrorCode:
    given = (error.extensions or {}).get("code")
    return ErrorCode(given) if given else ErrorCode.GRAPHQL_VALIDATION_FAILED


def _mask_field_error(error: GraphQLError, request_id: str, faults: list[Exception]) -> dict[str, Any]:
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    for candidate in (error, original):
        if isinstance(candidate, GraphError):
            return {
                **_format_error(candidate.message, candidate.code, error),
                "extensions": dict(candidate.extensions or {}),
            }
    if isinstance(original, StrawberryInputCoercionError):
        # Its words name Python types where an input field that cannot be cleared was null.
        message = "An input field is null that cannot be." if "found null" in original.message else original.message
        return _format_error(message, ErrorCode.BAD_USER_INPUT, error)
    if _is_input_error(error, original):
        # The executor's own words about variables and arguments; it quotes what the caller sent, nothing of ours.
        return _format_error(error.message, ErrorCode.BAD_USER_INPUT, error)
    original = original or error
    faults.append(original)
    if isinstance(original, _UNAVAILABLE):
        return _masked_error(
            "The service cannot answer right now. Try again.", ErrorCode.UNAVAILABLE, request_id, error
        )
    return _masked_error("Something went wrong on our side.", ErrorCode.INTERNAL_SERVER_ERROR, request_id, error)


def _is_input_error(error: GraphQLError, original: Exception | None) -> bool:
    """Before the first field everything is; at a field, what says so, since a value that cannot be shown is our fault."""
    if original is not None and not isinstance(original, GraphQLError):
        return False
    stated = (error.extensions or {}).get("code") == ErrorCode.BAD_USER_INPUT.value
    return not error.path or stated or error.message.startswith("Argument ")


def _masked_error(message: str, code: ErrorCode, request_id: str, error: GraphQLError) -> dict[str, Any]:
    masked = _format_error(message, code, error)
    masked["extensions"]["requestId"] = request_id
    return masked


def _format_error(message: str, code: ErrorCode, error: GraphQLError) -> dict[str, Any]:
    found: dict[str, Any] = {"message": message}
    if error.locations:
        found["locations"] = [location.formatted for location in error.locations]
    if error.path:
        found["path"] = error.path
    return {**found, "extensions": _code_extension(code)}


def _code_extension(code: ErrorCode) -> dict[str, Any]:
    return {"code": code.value}


def is_unavailable(error: BaseException) -> bool:
    return isinstance(error, _UNAVAILABLE)


def is_outage(body: Mapping[str, Any]) -> bool:
    """Whether nothing could be read because what the service stands on is away."""
    away = any(error["extensions"]["code"] == ErrorCode.UNAVAILABLE.value for error in body["errors"])
    return away and all(value is None for value in (body.get("data") or {}).values())


def refusal_for_fault(error: Exception) -> RequestRefused:
    if is_unavailable(error):
        return RequestRefused(503, ErrorCode.UNAVAILABLE, "The service cannot answer right now.", {"Retry-After": "1"})
    return RequestRefused(500, ErrorCode.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")


def log_fault(error: Exception, request_id: str) -> None:
    """Where it happened, but not its message: a message may quote what a customer sent or what a table holds."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("fault", request_id=request_id, kind=type(error).__name__, at=frames[-6:])
