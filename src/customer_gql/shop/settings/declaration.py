"""Options of the shop that staff change while it runs (docs/domain/settings.md#settings-2).

A slice defines an option where it uses it, `CONFIRM = Setting("accounts.confirm_email", False, WEBSITE, "…", label="…")`, and
lists it in the `SETTINGS` of its `slice.py`.
"""

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

import orjson

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.joined import Joined
from customer_gql.core.permissions import Permission
from customer_gql.core.text import validate_line, validate_lines
from customer_gql.database.statements import Connection
from customer_gql.settings import Settings

from .tables import ConfigurationScope

T = TypeVar("T")
GLOBAL: Final = ConfigurationScope.GLOBAL
WEBSITE: Final = ConfigurationScope.WEBSITE
STORE_VIEW: Final = ConfigurationScope.STORE_VIEW
MAX_TEXT: Final = 10_000
_PREFIXES: Final = {WEBSITE: "web", STORE_VIEW: "stv"}

_WRONG_TYPE: Final = Refusal("setting.wrong_type", "{setting} takes a value like {example}.")
_OUT_OF_RANGE: Final = Refusal("setting.out_of_range", "{setting} takes a number from {minimum!s} to {maximum!s}.")
_NOT_A_CHOICE: Final = Refusal("setting.not_a_choice", "{setting} takes one of {choices}.")
_NOT_CHOICES: Final = Refusal("setting.not_choices", "{setting} takes some of {choices}, separated by commas.")
_SECRET_MISSING: Final = Refusal(
    "setting.secret_missing", "Enter the secret of {setting}, or reset it.", UserErrorCode.REQUIRED
)


class SettingType(enum.StrEnum):
    TEXT = "TEXT"
    LINES = "LINES"
    NUMBER = "NUMBER"
    FLAG = "FLAG"
    CHOICE = "CHOICE"
    CHOICES = "CHOICES"
    CUSTOMER_GROUP = "CUSTOMER_GROUP"


class SettingUnit(enum.StrEnum):
    SECONDS = "SECONDS"
    MINUTES = "MINUTES"
    HOURS = "HOURS"
    DAYS = "DAYS"
    MEBIBYTES = "MEBIBYTES"


_TYPES: Final = {str: SettingType.TEXT, int: SettingType.NUMBER, bool: SettingType.FLAG}


def encode_scope(scope: ConfigurationScope, scope_id: int) -> str | None:
    """The public id of the website or store view of a scope; None for the whole shop."""
    prefix = _PREFIXES.get(scope)
    return None if prefix is None else encode_id(prefix, scope_id)


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """`narrowest` is the narrowest scope it may be set at; a whole number has the bounds `at_least` and `at_most`.

    `validate` raises `RuleError` for a value that does not fit, `check` asks the database, `check_deployment` the
    settings of the process. `own_mutation` is the one that changes the setting, where more has to change with it.
    `permission` is needed for all websites beside `configuration.manage`. A setting that `follows_accounts` decides
    about the credentials of accounts: while they work on all websites, changing it takes a role for all websites. The value
    of one that `names_group` is the number of a customer group, which cannot be deleted meanwhile. The value of one that
    `is_public` is a field of `shop`. `label` is a short name for forms. One that `has_lines` takes
    a text of several lines. One of `some_of` takes any number of these words, separated by commas. One that `is_secret` is a
    text that is encrypted at rest and read with `secrets.read_secret` alone.
    One that `is_nullable` takes null for nothing, which is its default.
    """

    path: str
    default: T
    narrowest: ConfigurationScope
    description: str
    at_least: int | None = None
    at_most: int | None = None
    one_of: tuple[str, ...] = ()
    check: Callable[[Connection, Any], Awaitable[None]] | None = None
    own_mutation: str | None = None
    validate: Callable[[Any], None] | None = None
    check_deployment: Callable[[Settings, Any], None] | None = None
    permission: Permission | None = None
    follows_accounts: bool = False
    names_group: bool = False
    is_public: bool = False
    label: str = ""
    has_lines: bool = False
    some_of: tuple[str, ...] = ()
    is_secret: bool = False
    is_nullable: bool = False

    def __post_init__(self) -> None:
        """Without bounds, a number that is valid here can be one that no date or interval holds."""
        if (type(self.default) is int or self.is_nullable) and (self.at_least is None or self.at_most is None):
            raise ValueError(f"{self.path} is a number and needs at_least and at_most.")
        if not self.label:
            raise ValueError(f"{self.path} needs a label, a short name for forms.")
        if self.is_secret and (self.default != "" or self.is_public):
            raise ValueError(f"{self.path} is a secret, so it has no default and is not public.")

    @property
    def section(self) -> str:
        """The first word of the path, by which forms group settings."""
        return self.path.partition(".")[0]

    @property
    def type(self) -> SettingType:
        if self.names_group:
            return SettingType.CUSTOMER_GROUP
        if self.has_lines:
            return SettingType.LINES
        if self.some_of:
            return SettingType.CHOICES
        return SettingType.CHOICE if self.one_of else _TYPES[type(self.default)]

    @property
    def unit(self) -> SettingUnit | None:
        """What a number counts, if its path says so with its last word."""
        last = self.path.rpartition("_")[2].upper()
        return SettingUnit(last) if self.type is SettingType.NUMBER and last in SettingUnit.__members__ else None

    def validate_value(self, given: Any) -> T:
        """The value, a text in its normal form; `RuleError` with what the setting takes when it is another kind or outside the bounds."""
        if given is None and self.is_nullable:
            return self.default
        if isinstance(given, str):
            given = (validate_lines if self.has_lines else validate_line)(given, ["value"], MAX_TEXT) or ""
        wanted: Any = int if self.is_nullable else type(self.default)
        if type(given) is not wanted:
            raise _WRONG_TYPE(
                path=["value"],
                setting=self.path,
                example=orjson.dumps(1 if self.is_nullable else self.default).decode(),
            )
        if type(given) is int:
            assert self.at_least is not None
            assert self.at_most is not None
            if not self.at_least <= given <= self.at_most:
                raise _OUT_OF_RANGE(path=["value"], setting=self.path, minimum=self.at_least, maximum=self.at_most)
        if self.one_of and given not in self.one_of:
            raise _NOT_A_CHOICE(path=["value"], setting=self.path, choices=list(self.one_of))
        if self.is_secret and not given:
            raise _SECRET_MISSING(path=["value"], setting=self.path)
        if self.validate is not None:
            self.validate(given)
        chosen: Any = self._validate_choices(given) if self.some_of else given
        return chosen

    def _validate_choices(self, given: Any) -> Any:
        """The words in the order in which the setting declares them."""
        words = split_choices(given)
        if not words <= set(self.some_of):
            raise _NOT_CHOICES(path=["value"], setting=self.path, choices=list(self.some_of))
        return ",".join(word for word in self.some_of if word in words)


def split_choices(value: str) -> frozenset[str]:
    """The words of a setting that takes some of them."""
    return frozenset(word.strip() for word in value.split(",") if word.strip())


DECLARED_SETTINGS: Final[Joined[Setting[Any]]] = Joined("settings", attrgetter("path"))
"""Every setting, by path."""
