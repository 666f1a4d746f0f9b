"""Errors a caller can act on are data; the rest is a code from a closed list, or masked.

`RuleError` is raised by rules and becomes the payload's `userErrors`. `GraphError` and its subclasses end the
operation and become top-level errors with `extensions.code`.
"""

import enum
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import strawberry
from graphql import GraphQLError
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField


class ErrorCode(enum.StrEnum):
    """Every code that may stand in a top-level error's `extensions.code`."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    RATE_LIMITED = "RATE_LIMITED"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class GraphError(GraphQLError):
    """An error whose message and code may leave the process as they are."""

    code: ClassVar[ErrorCode]

    def __init__(self, message: str, **extensions: Any) -> None:
        super().__init__(message, extensions={"code": self.code.value, **extensions})


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


UserErrorCodeType = strawberry.enum(
    UserErrorCode,
    name="UserErrorCode",
    description="What a client can switch on; `path` says which input value is meant.",
)
_CODE_DESCRIPTIONS = {
    "INVALID": "The value has a wrong form or is out of range.",
    "REQUIRED": "The value is missing and must be given.",
    "TOO_LONG": "The text is longer than its limit.",
    "TOO_MANY": "The list holds more entries than its limit.",
    "TAKEN": "The value belongs to another record already.",
    "NOT_FOUND": "What the value names does not exist, or not for this caller.",
    "NOT_ALLOWED": "A rule of the shop forbids the change in this state.",
    "LIMIT_REACHED": "It was asked for too often; try again later.",
    "VERSION_CONFLICT": "The record was changed since it was read; see `VersionConflictError`.",
}
for _value in UserErrorCodeType.__strawberry_definition__.values:  # pyright: ignore
    _value.description = _CODE_DESCRIPTIONS[_value.name]  # pyright: ignore


@strawberry.interface(description="Why a mutation did not do, or not wholly do, what was asked.")
class UserError:
    code: UserErrorCodeType = strawberry.field(description="What kind of refusal it is.")  # pyright: ignore
    message: str = strawberry.field(description="A sentence for the person who typed the value; not meant for code.")
    path: list[str] | None = strawberry.field(
        description="From the root of the input to the value at fault; null when it is about the whole input.",
        default=None,
    )


@strawberry.type(description="A value was refused.")
class InputError(UserError):
    pass


@strawberry.type(description="A field that both the caller and somebody else changed.")
class FieldConflict:
    field: str = strawberry.field(description="Name of the input field.")
    base: str | None = strawberry.field(description="What the caller started from.", metadata={"personal": True})
    yours: str | None = strawberry.field(description="What the caller wants.", metadata={"personal": True})
    stored: str | None = strawberry.field(description="What is stored now.", metadata={"personal": True})


@strawberry.type(description="The record was changed since the caller read it, in a field the caller changes too.")
class VersionConflictError(UserError):
    current_version: int = strawberry.field(description="The version stored now; read again and decide.")
    conflicts: list[FieldConflict] = strawberry.field(description="The fields changed on both sides.")


class VersionConflict(RuleError):
    code = UserErrorCode.VERSION_CONFLICT

    def __init__(self, current_version: int, conflicts: list[FieldConflict]) -> None:
        names = ", ".join(conflict.field for conflict in conflicts)
        super().__init__(f"Changed by somebody else since version was read: {names}.", path=["expectedVersion"])
        self.current_version = current_version
        self.conflicts = conflicts


@strawberry.type(description="What every mutation answers, besides its own fields.")
class Payload:
    user_errors: list[UserError] = strawberry.field(
        description="Why something was refused; empty when all was done.", default_factory=list
    )


def user_error(error: RuleError) -> UserError:
    shared: dict[str, Any] = {"code": error.code, "message": error.message, "path": error.path or None}
    if isinstance(error, VersionConflict):
        return VersionConflictError(**shared, current_version=error.current_version, conflicts=error.conflicts)
    return InputError(**shared)


class ReturnsUserErrors(FieldExtension):
    """Turn a rule's refusal into the payload's `userErrors`."""

    payload: type[Payload]

    def apply(self, field: StrawberryField) -> None:
        assert isinstance(field.type, type), field.name
        assert issubclass(field.type, Payload), field.name
        self.payload = field.type

    async def resolve_async(self, next_: Any, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        try:
            return await next_(source, info, **kwargs)
        except RuleError as error:
            return self.payload(user_errors=[user_error(error)])
        except RuleErrors as refused:
            return self.payload(user_errors=[user_error(error) for error in refused.errors])
