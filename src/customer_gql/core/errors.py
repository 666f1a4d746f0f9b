"""Errors a caller can act on.

A rule raises a `RuleError`, made by the `Refusal` declared beside it, and it becomes an entry of the payload's
`userErrors`. `GraphError` and its subclasses end the operation and become top-level errors with `extensions.code`.
"""

import enum
import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Final, cast

from .messages.catalogues import ENGLISH, load_catalogue
from .messages.templates import MessageTemplate


class ErrorCode(enum.StrEnum):
    """Every code that may stand in a top-level error's `extensions.code`."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
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


class NotFound(GraphError):
    """What a stream was to follow is unknown, gone, or not for this viewer."""

    code = ErrorCode.NOT_FOUND


class IdempotencyConflict(GraphError):
    code = ErrorCode.IDEMPOTENCY_CONFLICT


class RateLimited(GraphError):
    code = ErrorCode.RATE_LIMITED


class QueryTooComplex(GraphError):
    """The document exceeds a limit of its audience, or a statement took too long; the message says which."""

    code = ErrorCode.QUERY_TOO_COMPLEX


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


class Refusal:
    """What a rule refuses with: a stable key `area.reason`, a coarse code, and a sentence with placeholders in English.

    Declared once, beside the rule, and called by it with the values of the placeholders, which are JSON values and never
    secrets. The other languages are in `core.messages`, docs/errors.md explains keys to clients.
    """

    __slots__ = ("code", "key", "template")

    def __init__(self, key: str, english: str, code: UserErrorCode = UserErrorCode.INVALID) -> None:
        if not _KEY.fullmatch(key):
            raise ValueError(
                f"The key of a refusal is an area and a reason like address.postcode_invalid, not {key!r}."
            )
        if key in REFUSALS:
            raise ValueError(f"{key} is declared twice.")
        self.key = key
        self.code = code
        self.template = MessageTemplate(english)
        REFUSALS[key] = self

    def __call__(self, *, path: Sequence[str] = (), **params: Any) -> "RuleError":
        return RuleError(self, params, path)


_KEY: Final = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
REFUSALS: Final[dict[str, Refusal]] = {}
"""Every declared refusal of the modules that are imported, by key."""


class RuleError(Exception):
    """A rule refuses. `path` runs from the input's root to the value at fault."""

    def __init__(self, refusal: Refusal, params: Mapping[str, Any], path: Sequence[str]) -> None:
        if frozenset(params) != refusal.template.placeholders:
            raise TypeError(f"{refusal.key} takes {sorted(refusal.template.placeholders)}, not {sorted(params)}.")
        super().__init__(refusal.key)
        self.refusal = refusal
        self.params = dict(params)
        self.path = list(path)

    @property
    def key(self) -> str:
        return self.refusal.key

    @property
    def code(self) -> UserErrorCode:
        return self.refusal.code

    def __str__(self) -> str:
        """For logs, the command line and reports, which speak English."""
        return self.message_in(ENGLISH)

    def message_in(self, language: str) -> str:
        translated = load_catalogue(language).get(self.key, self.refusal.template)
        return translated.render_message(self.params, language)

    def at(self, path: Sequence[str]) -> "RuleError":
        """The same refusal of another part of the input."""
        return RuleError(self.refusal, self.params, path)


def restore_refusal(key: object, params: object, path: Sequence[str]) -> RuleError | None:
    """A refusal that was stored; None where this version of the service has no such one."""
    refusal = REFUSALS.get(key) if isinstance(key, str) else None
    if refusal is None or not isinstance(params, dict):
        return None
    given = cast("dict[str, Any]", params)
    return RuleError(refusal, given, path) if frozenset(given) == refusal.template.placeholders else None


class RuleErrors(Exception):
    """Several rules refuse at once, so that a form can show all of them."""

    def __init__(self, errors: Iterable[RuleError]) -> None:
        self.errors = list(errors)
        super().__init__([error.key for error in self.errors])

    def __str__(self) -> str:
        return "; ".join(map(str, self.errors))


def validate_together(rules: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each rule returns, by name; `RuleErrors` with the refusals of all of them."""
    values: dict[str, Any] = {}
    refused = CollectedErrors()
    for name, validate in rules.items():
        with refused.collecting():
            values[name] = validate()
    refused.raise_collected()
    return values


class CollectedErrors:
    """Refusals of rules that are asked one after another, raised together."""

    def __init__(self) -> None:
        self._errors: list[RuleError] = []

    @contextmanager
    def collecting(self) -> Generator[None]:
        try:
            yield
        except RuleError as error:
            self._errors.append(error)
        except RuleErrors as several:
            self._errors.extend(several.errors)

    @property
    def is_any(self) -> bool:
        return bool(self._errors)

    def raise_collected(self, *, untold: Refusal | None = None) -> None:
        """Raises `RuleErrors` when anything was refused; `untold` is left out beside anything else."""
        told = [error for error in self._errors if untold is None or error.key != untold.key]
        if self._errors:
            raise RuleErrors(told or self._errors)
