"""Bringing a database to this version's tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

_PACKAGE = Path(__file__).parents[1]


def folder() -> Path:
    """Inside an installed package the migrations lie in it, in a checkout beside `src`."""
    inside = _PACKAGE / "migrations"
    return inside if inside.is_dir() else _PACKAGE.parents[1] / "migrations"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder()))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url.replace("postgresql://", "postgresql+asyncpg://", 1)
    return config


def head() -> str:
    """The newest migration this version knows."""
    return ScriptDirectory.from_config(_config("")).get_current_head() or ""


def upgrade(url: str, revision: str = "head") -> None:
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    command.downgrade(_config(url), revision)


def check(url: str) -> None:
    """Raises when the tables in code and the tables after all migrations differ."""
    command.check(_config(url))


def new(url: str, message: str) -> None:
    """Write a migration from the difference between the tables in code and the database."""
    command.revision(_config(url), message=message, autogenerate=True)
