"""Storing websites, stores and store views, and the rules about them (docs/domain/websites.md#websites-5)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pycountry
from babel import Locale, UnknownLocaleError
from sqlalchemy import Table, delete, insert, select, update

from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import to_capital_letters, validate_line
from customer_gql.core.viewer import Websites
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_rows, fetch_value
from customer_gql.loading.kept_answers import forget_kept
from customer_gql.loading.reads import Read

from .reads import STORE_NOT_FOUND, STORE_VIEW_NOT_FOUND, WEBSITE_NOT_FOUND
from .tables import store, store_view, website
from .uses import find_currency_uses, uses_by_store, uses_by_store_view, uses_by_website

MAX_NAME: Final = 64
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_LOCALE: Final = re.compile(r"[a-z]{2,3}_[A-Z]{2}")

_CODE_INVALID: Final = Refusal(
    "site.code_invalid", "A code is a small letter, followed by up to 31 small letters, digits and _."
)
_CODE_TAKEN: Final = Refusal("site.code_taken", "Another one has this code. Choose another.", UserErrorCode.TAKEN)
_CURRENCY_UNKNOWN: Final = Refusal(
    "site.currency_unknown", "Enter a currency as its three-letter code of ISO 4217, such as EUR."
)
CURRENCY_FIXED: Final = Refusal(
    "site.currency_fixed",
    "The currency cannot change any more, because of what is kept in it: {uses}.",
    UserErrorCode.NOT_ALLOWED,
)
_LOCALE_UNKNOWN: Final = Refusal("site.locale_unknown", "Enter a language and a region, such as de_AT.")
IS_DEFAULT: Final = Refusal(
    "site.is_default", "This is the default. Make another one the default first.", UserErrorCode.NOT_ALLOWED
)
INACTIVE_DEFAULT: Final = Refusal(
    "site.inactive_default", "A default store view has to be active.", UserErrorCode.NOT_ALLOWED
)
IN_USE: Final = Refusal("site.in_use", "It is in use: {uses}. Remove those first.", UserErrorCode.NOT_ALLOWED)
_TOO_MANY: Final = Refusal(
    "site.limit_reached", "There are {limit}, the maximum. Delete one first.", UserErrorCode.LIMIT_REACHED
)


@dataclass(frozen=True, slots=True)
class Level:
    """Websites, stores or store views. `parent` is the column of the level above."""

    table: Table
    prefix: str
    not_found: Refusal
    uses: Callable[[], Read]
    limit: int
    parent: str | None = None
    above: "Level | None" = None

    @property
    def kind(self) -> str:
        """As in the history of staff."""
        return self.table.name.upper()


WEBSITES: Final = Level(website, "web", WEBSITE_NOT_FOUND, uses_by_website, 1_000)
STORES: Final = Level(store, "sto", STORE_NOT_FOUND, uses_by_store, 100, "website_id", WEBSITES)
STORE_VIEWS: Final = Level(store_view, "stv", STORE_VIEW_NOT_FOUND, uses_by_store_view, 100, "store_id", STORES)


async def lock_structure(connection: Connection) -> None:
    """One transaction at a time changes websites, stores and store views, so that there is never a second default. What this process
    keeps of them is forgotten; others forget it within `KEPT_SECONDS`."""
    await lock_record(connection, "website structure")
    await forget_kept()


async def lock_site(connection: Connection, level: Level, id: int, path: str = "id", *, websites: Websites) -> Row:
    """Nobody else refers to it for the first time, or changes it, until the transaction ends; who is about to waits. Only who
    reaches every website manages them: for others it is unknown."""
    found = await fetch_one(connection, select(level.table).where(level.table.c.id == id).with_for_update())
    if found is None or websites is not None:
        raise level.not_found(path=[path])
    return found


async def validate_site(
    connection: Connection, level: Level, stored: Row | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given, by column. Raises `RuleErrors` with everything that does not fit."""
    refused, values = CollectedErrors(), dict[str, Any]()
    validate: Mapping[str, Callable[[Any], Any]] = {
        "name": lambda name: validate_line(name, ["name"], MAX_NAME, required=True),
        "currency": _validate_currency,
        "locale": _validate_locale,
    }
    for column, value in given.items():
        with refused.collecting():
            values[column] = validate[column](value) if column in validate else value
    with refused.collecting():
        if "code" in given:
            values["code"] = await _validate_code(connection, level, given["code"])
    with refused.collecting():
        if stored is not None and values.get("currency", stored.get("currency")) != stored.get("currency"):
            await _refuse_new_currency(connection, stored)
    refused.raise_collected()
    return values


async def _validate_code(connection: Connection, level: Level, code: str) -> str:
    if not _CODE.fullmatch(code):
        raise _CODE_INVALID(path=["code"])
    if await fetch_value(connection, select(level.table.c.id).where(level.table.c.code == code)) is not None:
        raise _CODE_TAKEN(path=["code"])
    return code


def _validate_currency(given: str) -> str:
    code = to_capital_letters(given.strip())
    if re.fullmatch(r"[A-Z]{3}", code) is None or pycountry.currencies.get(alpha_3=code) is None:
        raise _CURRENCY_UNKNOWN(path=["currency"])
    return code


def _validate_locale(given: str) -> str:
    try:
        known = _LOCALE.fullmatch(given) and Locale.parse(given)
    except (UnknownLocaleError, ValueError):
        known = None
    if not known:
        raise _LOCALE_UNKNOWN(path=["locale"])
    return given


async def _refuse_new_currency(connection: Connection, stored: Row) -> None:
    """Under the locks of the website and its store views, for which orders and ledgers wait."""
    views = select(store_view.c.id).join(store).where(store.c.website_id == stored.id)
    await fetch_rows(connection, views.order_by(store_view.c.id).with_for_update(of=store_view))
    if uses := await find_currency_uses(connection, stored.id, stored.currency):
        raise CURRENCY_FIXED(path=["currency"], uses=uses)


async def find_siblings(connection: Connection, level: Level, parent_id: int | None) -> list[Row]:
    table = level.table
    of_parent = [] if level.parent is None else [table.c[level.parent] == parent_id]
    return await fetch_rows(connection, select(table).where(*of_parent).order_by(table.c.id))


async def insert_site(connection: Connection, level: Level, values: Mapping[str, Any], siblings: int) -> int:
    if siblings >= level.limit:
        raise _TOO_MANY(limit=level.limit)
    id = new_id()
    await execute_statement(connection, insert(level.table).values(id=id, **values))
    return id


async def change_site(
    connection: Connection, level: Level, id: int, values: Mapping[str, Any], *, version: int
) -> None:
    changed = update(level.table).where(level.table.c.id == id).values(**values, version=version)
    await execute_statement(connection, changed)


async def delete_site(connection: Connection, level: Level, id: int) -> None:
    await execute_statement(connection, delete(level.table).where(level.table.c.id == id))


def find_default_refusal(level: Level, stored: Row, sibling_count: int) -> Any:
    """What keeps a default from being deleted: there is always one, of websites at least one."""
    if stored.is_default and (level is WEBSITES or sibling_count > 1):
        return IS_DEFAULT(path=["id"])
    return None
