"""What mutations answer: payloads, and the rules that refused as `userErrors`."""

from typing import Any, Final

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField

from customer_gql.core.concurrent_edits import VersionConflict
from customer_gql.core.errors import RuleError, RuleErrors, UserErrorCode

from .context import Info

EXPECTED_VERSION: Final = (
    "Version the edit is based on. Changes of other fields since then are kept; a change of the same field since then is "
    "a `VersionConflictError`. Without it, the last edit wins."
)
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


@strawberry.type(name="FieldConflict", description="A field that both the caller and somebody else changed.")
class FieldConflictType:
    field: str = strawberry.field(description="Name of the input field.")
    base: str | None = strawberry.field(description="What the caller started from.", metadata={"personal": True})
    yours: str | None = strawberry.field(description="What the caller wants.", metadata={"personal": True})
    stored: str | None = strawberry.field(description="What is stored now.", metadata={"personal": True})


@strawberry.type(description="The record was changed since the caller read it, in a field the caller changes too.")
class VersionConflictError(UserError):
    current_version: int = strawberry.field(description="The version stored now; read again and decide.")
    conflicts: list[FieldConflictType] = strawberry.field(description="The fields changed on both sides.")


@strawberry.type(description="What every mutation answers, besides its own fields.")
class Payload:
    user_errors: list[UserError] = strawberry.field(
        description="Why something was refused; empty when all was done.", default_factory=list
    )


def user_error(error: RuleError) -> UserError:
    shared: dict[str, Any] = {"code": error.code, "message": error.message, "path": error.path or None}
    if isinstance(error, VersionConflict):
        return VersionConflictError(**shared, current_version=error.current_version, conflicts=error.conflicts)  # pyright: ignore[reportArgumentType] - rows pass through
    return InputError(**shared)


class ReturnsUserErrors(FieldExtension):
    """Turn a rule's refusal into the payload's `userErrors`."""

    payload: type[Payload]

    def apply(self, field: StrawberryField) -> None:
        assert isinstance(field.type, type), field.name
        assert issubclass(field.type, Payload), field.name
        self.payload = field.type

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        try:
            return await next_(source, info, **kwargs)
        except RuleError as error:
            return self.payload(user_errors=[user_error(error)])
        except RuleErrors as refused:
            return self.payload(user_errors=[user_error(error) for error in refused.errors])
