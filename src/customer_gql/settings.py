"""Settings, read once from the environment (`CUSTOMER_GQL_…`) and a `.env` file, then frozen."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """One line for the operator: which setting is wrong and what it accepts."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CUSTOMER_GQL_", env_file=".env", frozen=True, extra="ignore")

    environment: Literal["development", "production"] = Field(
        "production", description="development serves GraphiQL and explains invalid documents; production does neither"
    )
    database_url: str | None = Field(None, description="postgresql://user:password@host:5432/database")
    prepared_statements: bool = Field(True, description="false behind a pooler that pools transactions")
    postgres_binaries: Path | None = Field(None, description="folder with postgres and initdb, for the embedded server")
    data_dir: Path = Field(Path(".data"), description="where the embedded server keeps the demo's data")
    storefront_url: str = Field(
        "http://127.0.0.1:8000", description="base of every link in a mail; never taken from a request"
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description='networks whose X-Forwarded-For is believed, as ["10.0.0.0/8"]; else the peer is the caller'
    )
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    read_connections: int = Field(10, ge=1, le=200)
    write_connections: int = Field(5, ge=1, le=200)
    statement_timeout_seconds: int = Field(30, ge=1)
    log_format: Literal["console", "json"] = "json"


def load(**overrides: object) -> Settings:
    """Settings from the environment, or a `SettingsError` naming every wrong one in one line."""
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        wrong = "; ".join(f"CUSTOMER_GQL_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"Wrong settings: {wrong}") from None
