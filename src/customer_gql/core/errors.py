"""Errors a caller can act on.

`RuleError` is raised by rules and becomes an entry of the payload's `userErrors`. `GraphError` and its subclasses end
the operation and become top-level errors with `extensions.code`.
"""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar


class ErrorCode(enum.StrEnum):
    """Every code that may stand in a top-level error's `extensions.code`."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    RATE_LIMITED = "RATE_LIMITED"
    UNAVAILABLE = "UNAVAILABLE"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class GraphError(Exception):
    """An error whose message and extensions are shown to the caller.

    graphql-core copies `message` and `extensions` of the error that a resolver raises.
    """

    code: ClassVar[ErrorCode]

    def __init__(self, message: str, **extensions: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extensions: dict[str, Any] = {"code": self.code.value, **extensions}


class BadInput(GraphError):
    code = ErrorCode.BAD_USER_INPUT


class Unauthenticated(GraphError):
    code = ErrorCode.UNAUTHENTICATED


class Forbidden(GraphError):
    code = ErrorCode.FORBIDDEN


class IdempotencyConflict(GraphError):
    code = ErrorCode.IDEMPOTENCY_CONFLICT


class RateLimited(GraphError):
    code = ErrorCode.RATE_LIMITED


class Unavailable(GraphError):
    code = ErrorCode.UNAVAILABLE


class PersistedQueryNotFound(GraphError):
    """Clients switch on this message, and then send the text with the hash."""

    code = ErrorCode.PERSISTED_QUERY_NOT_FOUND

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")


class PersistedQueryNotSupported(GraphError):
    """Clients switch on this message, and then send the text alone."""

    code = ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class UserErrorCode(enum.Enum):
    INVALID = "INVALID"
    REQUIRED = "REQUIRED"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    TAKEN = "TAKEN"
    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    LIMIT_REACHED = "LIMIT_REACHED"
    VERSION_CONFLICT = "VERSION_CONFLICT"


class RuleError(Exception):
    """A rule refuses. `path` runs from the input's root to the value at fault."""

    code: UserErrorCode = UserErrorCode.INVALID

    def __init__(self, message: str, *, path: Sequence[str] = (), code: UserErrorCode | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = list(path)
        if code is not None:
            self.code = code


class RuleErrors(Exception):
    """Several rules refuse at once, so that a form can show all of them."""

    def __init__(self, errors: Iterable[RuleError]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(error.message for error in self.errors))


def validate_together(rules: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each rule returns, by name; `RuleErrors` with the refusals of all of them."""
    values: dict[str, Any] = {}
    errors: list[RuleError] = []
    for name, validate in rules.items():
        try:
            values[name] = validate()
        except RuleError as error:
            errors.append(error)
    if errors:
        raise RuleErrors(errors)
    return values
