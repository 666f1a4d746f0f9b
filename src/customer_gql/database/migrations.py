"""Bringing a database to this version's tables."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from .pools import connected

_PACKAGE = Path(__file__).parents[1]


class MigrationFault(Exception):
    """Nothing was changed, or no more than the migrations before the one that failed."""


def folder() -> Path:
    """Inside an installed package the migrations lie in it, in a checkout beside `src`."""
    inside = _PACKAGE / "migrations"
    return inside if inside.is_dir() else _PACKAGE.parents[1] / "migrations"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder()))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    return config


def head() -> str:
    """The newest migration this version knows."""
    return ScriptDirectory.from_config(_config("")).get_current_head() or ""


@contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except CommandError as error:
        raise MigrationFault(f"The database and the migrations of this version do not agree: {error}") from error
    except DBAPIError as error:
        reason = error.orig.__cause__ if error.orig else error
        raise MigrationFault(f"The migration was taken back: {reason}") from error


def upgrade(url: str, revision: str = "head") -> None:
    with _told():
        command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    command.downgrade(_config(url), revision)


def check(url: str) -> None:
    """Raises when the tables in code and the tables after all migrations differ."""
    with _told():
        command.check(_config(url))


def new(url: str, message: str) -> None:
    """Write a migration from the difference between the tables in code and the database."""
    with _told():
        command.revision(_config(url), message=message, autogenerate=True)


def reach(url: str) -> None:
    """Raises `DatabaseUnreachable` when nobody answers there."""
    asyncio.run(_version(url))


def require_newest(url: str) -> None:
    at, newest = asyncio.run(_version(url)), head()
    if at != newest:
        raise MigrationFault(
            f"The database is at migration {at or 'none'}, this version needs {newest}: run `customer-gql migrate`."
        )


async def _version(url: str) -> str | None:
    async with connected(url, read_connections=1, write_connections=1) as database, database.reads.acquire() as c:
        try:
            return await c.fetchval("SELECT version_num FROM alembic_version")
        except asyncpg.UndefinedTableError:
            return None
