"""Settings, read once from the environment (`CUSTOMER_GQL_…`) and a `.env` file, then frozen."""

from pathlib import Path
from typing import Literal

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
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
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    read_connections: int = Field(10, ge=1, le=200)
    write_connections: int = Field(5, ge=1, le=200)
    statement_timeout_seconds: int = Field(30, ge=1)
    online_minutes: int = Field(15, ge=1, description="domain rule: how long an activity counts as being online")
    reset_link_minutes: int = Field(120, ge=1, description="how long a password reset link works")
    reset_requests_per_hour: int = Field(5, ge=0, description="per customer; 0 means no limit")
    secret_keys: SecretStr = Field(
        SecretStr(""),
        description="Fernet keys, comma separated; the first encrypts the secrets of second factors, all decrypt them",
    )
    oidc_issuer: str | None = Field(None, description="identity provider of staff, as its tokens name it")
    oidc_client_id: str = Field("", description="what the provider calls this service")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="the secret the provider gave it")
    oidc_redirect_url: str = Field("", description="https://…/admin/oidc/callback, exactly as the provider knows it")
    oidc_landing_url: str = Field("", description="page that takes ?code= to staffOidcExchange; or ?error=refused")
    log_format: Literal["console", "json"] = "json"

    @model_validator(mode="after")
    def _provider_is_whole(self) -> "Settings":
        parts = (self.oidc_client_id, self.oidc_redirect_url, self.oidc_landing_url)
        if self.oidc_issuer is not None and not all(parts):
            raise ValueError("with an OIDC issuer set the client id, the redirect URL and the landing URL too")
        return self

    @field_validator("secret_keys")
    @classmethod
    def _are_keys(cls, given: SecretStr) -> SecretStr:
        for key in filter(None, given.get_secret_value().split(",")):
            try:
                Fernet(key.strip())
            except ValueError:
                raise ValueError("each has to be 32 bytes in URL-safe base64") from None
        return given


def load(**overrides: object) -> Settings:
    """Settings from the environment, or a `SettingsError` naming every wrong one in one line."""
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        named = [(e["loc"][0] if e["loc"] else "OIDC_ISSUER", e["msg"]) for e in error.errors()]
        wrong = "; ".join(f"CUSTOMER_GQL_{str(name).upper()}: {message}" for name, message in named)
        raise SettingsError(f"Wrong settings: {wrong}") from None
