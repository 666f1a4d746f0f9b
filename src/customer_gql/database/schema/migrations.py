"""Bringing a database to this version's tables."""

import asyncio
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from customer_gql.database.pools import open_database
from customer_gql.database.session_limits import is_pooled
from customer_gql.database.statements import fetch_one, fetch_rows

from .compatibility import (
    MigrationFailed,
    ask_once,
    configure_scripts,
    known_revisions,
    newest_revision,
    note_oldest_version,
    read_revision,
)
from .rights import OWNERSHIP_WARNING, find_wrong_rights, name_rights, owns_tables

MOST_NAMED: Final = 5
_IDENTITY: Final = text(
    "SELECT current_user::text, oid, pg_postmaster_start_time() FROM pg_database WHERE datname = current_database()"
)


# Tables with rows and with an index over an expression that nothing is known of yet, and tables in parts, which autovacuum leaves
# alone.
_UNKNOWN_TABLES: Final = text("""
    SELECT DISTINCT i.indrelid::regclass::text AS name
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indexprs IS NOT NULL AND t.reltuples > 0 AND t.relnamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_stats s WHERE s.schemaname = current_schema() AND s.tablename = x.relname)
    UNION SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'p' AND reltuples < 0 AND relnamespace = current_schema()::regnamespace
    ORDER BY 1
""")


def _alembic_config(url: str) -> Config:
    config = configure_scripts()
    # The hash keeps the files of two branches apart.
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    return config


def _format_new_files(config: Config) -> Config:
    """A new migration passes the linter as it is written. Ruff is there wherever migrations are written."""
    hooks = {"lint": "check --fix --quiet", "format": "format --quiet"}
    config.set_section_option("post_write_hooks", "hooks", ", ".join(hooks))
    for hook, arguments in hooks.items():
        config.set_section_option("post_write_hooks", f"{hook}.type", "module")
        config.set_section_option("post_write_hooks", f"{hook}.module", "ruff")
        config.set_section_option("post_write_hooks", f"{hook}.options", f"{arguments} REVISION_SCRIPT_FILENAME")
    return config


@contextmanager
def _translated_errors() -> Generator[None]:
    try:
        yield
    except CommandError as error:
        raise MigrationFailed(f"The database and the migrations of this version do not agree: {error}") from error
    except DBAPIError as error:
        reason = error.orig.__cause__ if error.orig else error
        raise MigrationFailed(f"The migration was taken back: {reason}") from error


def upgrade_database(url: str, revision: str = "head", *, service_url: str | None = None) -> None:
    """Migrate as the role of `url`, which owns the tables, and grant to the role of `service_url` what it needs."""
    asyncio.run(_require_no_pooler(url))
    _require_known_revision(asyncio.run(ask_once(url, read_revision)))
    _move_database(url, revision, command.upgrade, service_url)
    asyncio.run(_analyze_unknown_tables(url))


def downgrade_database(url: str, revision: str, *, service_url: str | None = None) -> None:
    """Take migrations back, with what is stored in the columns and tables that they brought."""
    asyncio.run(_require_no_pooler(url))
    _require_known_revision(asyncio.run(ask_once(url, read_revision)))
    _move_database(url, revision, command.downgrade, service_url)


def _move_database(url: str, revision: str, move: Callable[[Config, str], None], service_url: str | None) -> None:
    config = _alembic_config(url)
    config.attributes["service_role"] = asyncio.run(_separate_role(url, service_url or url))
    with _translated_errors():
        move(config, revision)
    asyncio.run(note_oldest_version(url))


def compare_tables(url: str) -> None:
    """Raises when the tables in code and the tables after all migrations differ."""
    require_newest_revision(url)
    with _translated_errors():
        command.check(_alembic_config(url))


def write_migration(url: str, message: str) -> None:
    """Write a migration from the difference between the tables in code and the database."""
    with _translated_errors():
        command.revision(_format_new_files(_alembic_config(url)), message=message, autogenerate=True)


def require_separate_owner(service_url: str) -> None:
    """Raises when the service could change append-only tables, because it owns them."""
    if asyncio.run(ask_once(service_url, owns_tables)):
        raise MigrationFailed(OWNERSHIP_WARNING)


def require_service_rights(service_url: str, *, append_only: Collection[str], changing: Collection[str]) -> None:
    """Raises when the role of the service may do more or less than it has to, as after a restore without privileges."""
    needed = name_rights(append_only=append_only, changing=changing)
    if wrong := asyncio.run(ask_once(service_url, lambda c: find_wrong_rights(c, needed))):
        raise MigrationFailed(
            f"The role of the service has wrong rights ({'; '.join(wrong[:MOST_NAMED])}): run `customer-gql migrate`, which "
            "sets them."
        )


async def _separate_role(owner_url: str, service_url: str) -> str | None:
    """The role of the service; None when it is the owner's."""
    if owner_url == service_url:
        return None
    owner, *owners_place = await ask_once(owner_url, lambda c: fetch_one(c, _IDENTITY))
    role, *place = await ask_once(service_url, lambda c: fetch_one(c, _IDENTITY))
    if place != owners_place:
        raise MigrationFailed("CUSTOMER_GQL_OWNER_DATABASE_URL and CUSTOMER_GQL_DATABASE_URL are different databases.")
    return None if role == owner else role


def require_newest_revision(url: str) -> None:
    at, newest = asyncio.run(ask_once(url, read_revision)), newest_revision()
    if at != newest:
        _require_known_revision(at)
        raise MigrationFailed(
            f"The database is at migration {at or 'none'}, this version needs {newest}: run `customer-gql migrate`."
        )


def _require_known_revision(at: str | None) -> None:
    """Another version migrated the database, and none but that or a newer one can migrate it."""
    if at is not None and at not in known_revisions():
        raise MigrationFailed(
            f"The database is at migration {at}, which this version does not know: run the version that migrated it, "
            "or a newer one."
        )


async def _analyze_unknown_tables(url: str) -> None:
    """Without figures about its values a new index would not be used, until enough rows change for an ANALYZE by itself, and a table
    in parts be planned for as if it were of some size."""
    opened = open_database(url, write_connections=1, statement_timeout_seconds=3600)
    async with opened as database, database.writes.acquire() as connection:
        for row in await fetch_rows(connection, _UNKNOWN_TABLES):
            await connection.execute(f"ANALYZE {row.name}")


async def _require_no_pooler(url: str) -> None:
    """A migration holds a lock of its session, and states limits for it."""
    if await ask_once(url, is_pooled):
        raise MigrationFailed(
            "A pooler stands between this command and the database: in CUSTOMER_GQL_OWNER_DATABASE_URL give the address of the "
            "server itself, and run `customer-gql migrate` again."
        )
