"""What mutations answer: payloads, and the rules that refused as `userErrors`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass
from functools import cache
from typing import Any, Final

import asyncpg
import strawberry
from prometheus_client import Counter
from strawberry.extensions import FieldExtension
from strawberry.scalars import JSON
from strawberry.schema.name_converter import NameConverter
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryContainer, StrawberryMaybe, StrawberryOptional
from strawberry.types.field import StrawberryField

from customer_gql.core.errors import Refusal, RuleError, RuleErrors, UserErrorCode

from .context import Info

EXPECTED_VERSION: Final = (
    "Version the edit is based on. Changes of other fields since then are kept; a change of the same field since then is "
    "a `VersionConflictError`. Without it, the last edit wins."
)
LINKS_TO_QUERY: Final = "links_to_query"
"""Metadata of a field whose type is the query type of the schema, see `schema.roots`."""
UserErrorCodeType = strawberry.enum(
    UserErrorCode,
    name="UserErrorCode",
    description="Kind of a refusal, for programs; `path` names the input value.",
)
_CODE_DESCRIPTIONS = {
    "INVALID": "The value has a wrong form or is out of range.",
    "REQUIRED": "The value is missing and must be given.",
    "TOO_LONG": "The text is longer than its limit.",
    "TOO_MANY": "The list has more entries than its limit.",
    "TAKEN": "The value belongs to another record already.",
    "NOT_FOUND": "The record that the value names does not exist, or this caller may not see it.",
    "NOT_ALLOWED": "A rule of the shop forbids the change in this state.",
    "LIMIT_REACHED": "A limit is reached: of requests within a time, or of records.",
    "VERSION_CONFLICT": "The record was changed since it was read; see `VersionConflictError`.",
}
for _value in UserErrorCodeType.__strawberry_definition__.values:  # pyright: ignore
    _value.description = _CODE_DESCRIPTIONS[_value.name]  # pyright: ignore

_refusals: Final = Counter("customer_gql_refusals", "Refusals of mutations, as in `userErrors`.", ["key"])
CHOSEN_TO_FAIL: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
VIOLATIONS: Final = (asyncpg.ForeignKeyViolationError, asyncpg.UniqueViolationError)

_RECORD_GONE: Final = Refusal(
    "record.changed_meanwhile",
    "A record that the input names was removed, or came into use, at the same time. Read it again.",
    UserErrorCode.NOT_FOUND,
)
_VALUE_TAKEN: Final = Refusal(
    "record.taken_meanwhile",
    "Another record got one of these values at the same time. Read it again, or choose another value.",
    UserErrorCode.TAKEN,
)
NULL_REFUSED: Final = Refusal(
    "value.null", "Enter a value, or leave the field out to keep what is stored.", UserErrorCode.REQUIRED
)


NULL: Final = object()
"""Stands for a null where only a value or nothing may stand."""


@strawberry.interface(description="Reason why a mutation did nothing, or only a part of what was requested.")
class UserError:
    code: UserErrorCodeType = strawberry.field(description="Kind of the refusal.")  # pyright: ignore
    key: str = strawberry.field(
        description="Stable name of the rule that refused, as `address.postcode_invalid`: for programs to switch on, and "
        "to translate by. Further keys may appear under each code, so treat an unknown one by its code."
    )
    params: JSON = strawberry.field(  # pyright: ignore[reportInvalidTypeForm]
        description="Values that the message is about, by name: a JSON object of numbers, texts and lists of texts. Each "
        "key has the same names every time."
    )
    message: str = strawberry.field(
        description="A sentence for the person who typed the value, in the language that `Accept-Language` asks for: "
        "German, Dutch, Swedish, else English. Not meant for code."
    )
    path: list[str] | None = strawberry.field(
        description="Path from the root of the input to the invalid value; null when the whole input is meant.",
        default=None,
    )


@strawberry.type(description="Refusal of a value, or of the whole input.")
class InputError(UserError):
    pass


USER_ERRORS: Final[dict[type[RuleError], Callable[..., UserError]]] = {}
"""What makes the entry of a refusal that tells more than others. Slices declare theirs in `types.py` under this name."""


@strawberry.type(name="Query", description="Stands for the query type of each schema.")
class QueryLink:
    pass


def _query_resolver() -> QueryLink:
    return QueryLink()


@strawberry.type(description="Result of a mutation.")
class Payload:
    user_errors: list[UserError] = strawberry.field(
        description="Reasons for what was refused; empty when everything was done.", default_factory=list
    )
    query: QueryLink = strawberry.field(
        resolver=_query_resolver,
        description="The query root, read after the change, by the caller of this request: after a sign-in still by the caller "
        "before it.",
        metadata={LINKS_TO_QUERY: True},
    )


def user_error(error: RuleError, language: str) -> UserError:
    shared: dict[str, Any] = {
        "code": error.code,
        "key": error.key,
        "params": error.params,
        "message": error.message_in(language),
        "path": error.path or None,
    }
    make_error = USER_ERRORS.get(type(error))
    return InputError(**shared) if make_error is None else make_error(error, **shared)


def rule_of_violation(violated: asyncpg.PostgresError) -> RuleError:
    """The rule behind a constraint. Writes judge first, so only a change made at the same time leads here."""
    if isinstance(violated, asyncpg.ForeignKeyViolationError):
        return _RECORD_GONE()
    return _VALUE_TAKEN()


@dataclass(frozen=True, slots=True)
class RefusedInput:
    """Stands for an input with nulls where only a value or nothing may stand."""

    errors: list[RuleError]


def _name_nulls_of(argument_type: Any) -> None:
    """Have nulls of an input, and of those within it, refused as `RefusedInput`. By itself the library ends the operation and names
    no field."""
    for definition in _inputs_within(argument_type, set()):
        if _may_hold_nulls(definition):
            definition.from_input = _build_input


def _refuses_null(field: StrawberryField) -> bool:
    return isinstance(field.type, StrawberryMaybe) and not isinstance(field.type.of_type, StrawberryOptional)


def _definition_of(kind: Any) -> Any:
    """Of an input that is taken apart field by field, also within a list; None for anything else."""
    while isinstance(kind, StrawberryContainer):
        kind = kind.of_type
    definition: Any = getattr(kind, "__strawberry_definition__", None)
    is_input = getattr(definition, "is_input", False) and definition.from_input in (None, _build_input)
    return definition if is_input else None


def _inputs_within(kind: Any, seen: set[int]) -> Iterator[Any]:
    definition = _definition_of(kind)
    if definition is None or id(definition) in seen:
        return
    seen.add(id(definition))
    yield definition
    for field in definition.fields:
        yield from _inputs_within(field.type, seen)


def _may_hold_nulls(definition: Any) -> bool:
    """A null in an input of which exactly one field is given is refused before."""
    inner = _inputs_within(definition.origin, set())
    return any(_refuses_null(field) for each in inner if not each.is_one_of for field in each.fields)


def _build_input(kind: Any, value: Mapping[str, Any], context: InputContext) -> Any:
    """The input, or what its nulls are refused with. An input that `collects_nulls` has `NULL` for its own, and its mutation refuses
    them beside whatever else it refuses."""
    form = _form_of_input(kind, context.config.name_converter)
    collects_nulls = getattr(kind, "collects_nulls", False)
    given, refused = dict[str, Any](), list[RuleError]()
    for name, sent in value.items():
        field = form.fields[name]
        if sent is not None or name not in form.required:
            given[field.python_name] = built = context.convert(sent, field.type, name)
            refused += _refusals_within(built, [name]) if name in form.nesting else ()
        elif collects_nulls:
            given[field.python_name] = strawberry.Some(NULL)
        else:
            refused.append(NULL_REFUSED(path=[name]))
    return RefusedInput(refused) if refused else kind(**{**form.left_out, **given})


def _refusals_within(built: Any, path: Sequence[str]) -> list[RuleError]:
    built = built.value if isinstance(built, strawberry.Some) else built
    if isinstance(built, list):
        return [error for place, one in enumerate(built) for error in _refusals_within(one, [*path, str(place)])]
    return [error.at([*path, *error.path]) for error in built.errors] if isinstance(built, RefusedInput) else []


@dataclass(frozen=True, slots=True)
class _InputForm:
    """What is the same for every value of an input: its fields by name, those that refuse null, those that hold other inputs, and
    the values of those that are left out and have no default."""

    fields: Mapping[str, StrawberryField]
    required: frozenset[str]
    nesting: frozenset[str]
    left_out: Mapping[str, None]


@cache
def _form_of_input(kind: Any, names: NameConverter) -> _InputForm:
    fields = {names.from_field(field): field for field in kind.__strawberry_definition__.fields}
    without_default = [
        field.python_name
        for field in fields.values()
        if field.default_value is MISSING and field.default_factory is MISSING
    ]
    return _InputForm(
        fields,
        required=frozenset(name for name, field in fields.items() if _refuses_null(field)),
        nesting=frozenset(name for name, field in fields.items() if _definition_of(field.type) is not None),
        left_out=dict.fromkeys(without_default),
    )


class ReturnsUserErrors(FieldExtension):
    """Turn a rule's refusal into the payload's `userErrors`.

    The root becomes nullable, so that one that fails leaves the others of its document what they report.
    """

    payload: type[Payload]
    is_repeatable: bool

    def apply(self, field: StrawberryField) -> None:
        assert isinstance(field.type, type), field.name
        # Other roots count attempts, outside of their transaction.
        self.is_repeatable = field.metadata.get("viewer") != "guest" and not field.metadata.get("cost")
        assert issubclass(field.type, Payload), field.name
        self.payload = field.type
        field.type = StrawberryOptional(field.type)
        for argument in field.arguments:
            _name_nulls_of(argument.type)

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        refused = [error for value in kwargs.values() if isinstance(value, RefusedInput) for error in value.errors]
        if refused:
            return self._refuse(refused, info)
        try:
            return await self._resolve_again_once(next_, source, info, **kwargs)
        except RuleError as error:
            return self._refuse([error], info)
        except RuleErrors as several:
            return self._refuse(several.errors, info)
        except VIOLATIONS as violated:
            return self._refuse([rule_of_violation(violated)], info)

    async def _resolve_again_once(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        """Once more, where the database chose this transaction to end a conflict and nothing was stored before it
        (docs/adr/0004-one-transaction-per-mutation.md)."""
        before = info.context.commits
        try:
            return await next_(source, info, **kwargs)
        except CHOSEN_TO_FAIL:
            if not self.is_repeatable or info.context.commits != before:
                raise
        return await next_(source, info, **kwargs)

    def _refuse(self, errors: Sequence[RuleError], info: Info) -> Payload:
        for error in errors:
            _refusals.labels(error.key).inc()
        return self.payload(user_errors=[user_error(error, info.context.language) for error in errors])
