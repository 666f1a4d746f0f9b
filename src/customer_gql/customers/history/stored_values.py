"""What the history of customers calls a stored value, and how it writes it down: one name and one form, whichever door it
was changed through, so that two edits of one value conflict (docs/domain/history.md#history-9)."""

import datetime as dt
import enum
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.ids import decode_id, encode_id, encode_id_in_sql


class ValueKind(enum.Enum):
    """What a stored value stands for, where it tells people little by itself."""

    GROUP = "GROUP"
    WEBSITE = "WEBSITE"
    STORE_VIEW = "STORE_VIEW"
    STAFF = "STAFF"
    ADDRESS = "ADDRESS"
    COUNTRY = "COUNTRY"
    CHOICE = "CHOICE"
    YES_OR_NO = "YES_OR_NO"


_KINDS: Final[Mapping[str, ValueKind]] = {
    "group_id": ValueKind.GROUP,
    "website_id": ValueKind.WEBSITE,
    "created_in_store_view_id": ValueKind.STORE_VIEW,
    "lock_staff_id": ValueKind.STAFF,
    "default_billing_address": ValueKind.ADDRESS,
    "default_shipping_address": ValueKind.ADDRESS,
    "country_code": ValueKind.COUNTRY,
    "gender": ValueKind.CHOICE,
    "allows_remote_assistance": ValueKind.YES_OR_NO,
    "is_automatic_group_change_disabled": ValueKind.YES_OR_NO,
    "is_email_confirmed": ValueKind.YES_OR_NO,
}
_ID_PREFIXES: Final[Mapping[str, str]] = {
    "group_id": "grp",
    "website_id": "web",
    "created_in_store_view_id": "stv",
    "lock_staff_id": "stf",
}
"""Columns with the key of another record, which the history shows by its public id."""
_RECORD: Final = re.compile(r"^[a-z]{3}_[0-9a-f]+\.")
_UNTOLD: Final = frozenset({"name_sort_key", "region_code", "email_verified_at", "is_self_registered"})
"""Columns that follow from what the entry tells anyway."""


def name_stored_value(column: str, record: str | None = None) -> str:
    """The column in camel case. What is not in the customer's own row stands after the public id of its record, as
    `adr_….postcode`."""
    name = _to_camel_case(column)
    return name if record is None else f"{record}.{name}"


def without_record(name: str) -> str:
    """A name of the history as the input has it."""
    return _RECORD.sub("", name)


def is_attribute(name: str) -> bool:
    """Whether the name is that of the value of an attribute, as `attributes.shoe_size`."""
    return without_record(name).startswith("attributes.")


@cache
def _to_camel_case(column: str) -> str:
    first, *rest = column.split("_")
    return first + "".join(word.capitalize() for word in rest)


TOLD_BY_A_LETTER: Final = frozenset(map(name_stored_value, ("gender", "date_of_birth", "birth_year")))
"""Personal values that are null for those who may not see them: their first letter, which others show, tells too much."""

KINDS_BY_NAME: Final[Mapping[str, ValueKind]] = {name_stored_value(column): kind for column, kind in _KINDS.items()}
"""Kinds by name, without the record; a value that is not listed speaks for itself."""


def names_of_kinds(*kinds: ValueKind) -> frozenset[str]:
    return frozenset(name for name, kind in KINDS_BY_NAME.items() if kind in kinds)


NOT_PERSONAL: Final = names_of_kinds(ValueKind.GROUP, ValueKind.WEBSITE, ValueKind.STORE_VIEW) | {"roleId"}
"""Values that say nothing about the person: a group, a website, a role of staff."""


def pair_in_sql(column: str, stored: str, given: str, *, record: str | None = None) -> str:
    """The SQL row of name, value before and value after, for values that are SQL expressions; `record` is the expression of
    the public id, see `encode_id_in_sql`."""
    name = f"'{name_stored_value(column)}'" if record is None else f"{record} || '.{name_stored_value(column)}'"
    return f"({name}, {_shown_in_sql(column, stored)}, {_shown_in_sql(column, given)})"


def describe_changes(
    stored: Mapping[str, Any] | Any, values: Mapping[str, Any], *, record: str | None = None, keeps_equal: bool = False
) -> Changes:
    """Those of the values, by column, that differ from the stored ones: by name, before and after. All of them with
    `keeps_equal`."""
    return {
        name_stored_value(column, record): (_shown(column, stored[column]), _shown(column, value))
        for column, value in values.items()
        if column not in _UNTOLD and (keeps_equal or value != stored[column])
    }


def _shown(column: str, value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is not None and column in _ID_PREFIXES:
        return encode_id(_ID_PREFIXES[column], value)
    return value


def _shown_in_sql(column: str, value: str) -> str:
    return f"to_jsonb({encode_id_in_sql(_ID_PREFIXES[column], value) if column in _ID_PREFIXES else value})"


def parse_stored_value(column: str, shown: Any, kind: type) -> Any:
    """The value of a column, of a Python type, that the history shows in this way."""
    if shown is None:
        return None
    if column in _ID_PREFIXES:
        return decode_id(shown, _ID_PREFIXES[column])
    return kind.fromisoformat(shown) if issubclass(kind, dt.date) else shown
