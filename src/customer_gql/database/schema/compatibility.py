"""Which versions of the service work with which states of the database, so that two of them can run at once.

A version knows the migrations up to its own. It works with the state that its last needed migration left, and with later
ones up to a migration that ends the support of older versions. A migration says so in its file:

    IS_NEEDED = False            the code of its version works without it: an index, say
    ENDS_OLDER_VERSIONS = True   versions that do not know it cannot work with the database any more

The oldest version that works with a database is written down in the database, because that version has no file of later
migrations: as the comment of the table that holds the revision (docs/operations.md#rolling-deploys).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import asyncpg
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import text

from customer_gql.database.pools import open_database
from customer_gql.database.statements import Connection, fetch_one

OLDEST_SUPPORTED: Final = "1b2d6f8ca4e2"
"""Versions before this migration were never released, and may not run beside newer ones."""
_PACKAGE = Path(__file__).parents[2]
_STATE: Final = text(
    "SELECT version_num AS revision, obj_description('alembic_version'::regclass, 'pg_class') AS note FROM alembic_version"
)
_NOTE: Final = "Works with versions of the service that know migration "


class MigrationFailed(Exception):
    """Nothing was changed, or no more than the migrations before the one that failed."""


def migrations_folder() -> Path:
    """Inside an installed package the migrations lie in it, in a checkout beside `src`."""
    inside = _PACKAGE / "migrations"
    return inside if inside.is_dir() else _PACKAGE.parents[1] / "migrations"


def configure_scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configure_scripts())


def newest_revision() -> str:
    """The newest migration this version knows."""
    return _scripts().get_current_head() or ""


@cache
def known_revisions() -> tuple[str, ...]:
    """Newest first."""
    return tuple(script.revision for script in _scripts().walk_revisions())


def oldest_usable_revision() -> str:
    """The oldest state of the database that this version works with."""
    needed = (script for script in _newest_first() if getattr(script.module, "IS_NEEDED", True))
    return next(needed).revision


def oldest_version(revision: str) -> str:
    """The migration that a version has to know to work with a database in the state of `revision`."""
    for script in _newest_first(revision):
        if script.revision == OLDEST_SUPPORTED or getattr(script.module, "ENDS_OLDER_VERSIONS", False):
            return script.revision
    return revision


def _newest_first(revision: str = "head") -> Iterator[Script]:
    return _scripts().walk_revisions("base", revision)


def find_schema_warning(url: str) -> str | None:
    """Raises `MigrationFailed` where this version cannot work with the state of the database; what to tell where it can,
    although it is another version's."""
    state = asyncio.run(ask_once(url, _read_state))
    at, newest = state.revision if state else None, newest_revision()
    if at == newest:
        return None
    if at in known_revisions():
        order = known_revisions()
        if order.index(at) <= order.index(oldest_usable_revision()):
            return (
                f"The database is at migration {at}, before {newest} of this version: run `customer-gql migrate` soon."
            )
    elif at is not None and (state.note or "").removeprefix(_NOTE) in known_revisions():
        return f"The database is at migration {at} of a newer version, which works with this one: deploy that version soon."
    elif at is not None:
        raise MigrationFailed(
            f"The database is at migration {at} of a newer version, which this one does not work with: deploy that version."
        )
    raise MigrationFailed(
        f"The database is at migration {at or 'none'}, this version needs {oldest_usable_revision()}: run "
        "`customer-gql migrate`."
    )


async def note_oldest_version(url: str) -> None:
    """Write down, as the owner, which versions work with the database, unless that stands there already."""
    state = await ask_once(url, _read_state)
    at = state.revision if state else None
    if at is None or at not in known_revisions() or state.note == f"{_NOTE}{oldest_version(at)}":
        return
    opened = open_database(url, read_connections=1, write_connections=1)
    async with opened as database, database.writes.acquire() as connection:
        await connection.execute(f"COMMENT ON TABLE alembic_version IS '{_NOTE}{oldest_version(at)}'")


async def read_revision(connection: Connection) -> str | None:
    state = await _read_state(connection)
    return state.revision if state else None


async def _read_state(connection: Connection) -> Any:
    try:
        return await fetch_one(connection, _STATE)
    except asyncpg.UndefinedTableError:
        return None
    except asyncpg.InsufficientPrivilegeError:
        raise MigrationFailed(
            "The role may not read the tables: have their owner, in CUSTOMER_GQL_OWNER_DATABASE_URL, run "
            "`customer-gql migrate`."
        ) from None


async def ask_once(url: str, question: Callable[[Connection], Awaitable[Any]]) -> Any:
    """Also through a pooler, which the role of the service may have."""
    options: dict[str, Any] = {"read_connections": 1, "write_connections": 1, "prepared_statements": False}
    async with open_database(url, **options) as database, database.reads.acquire() as connection:
        return await question(connection)
