"""Settings, read once from the environment (`CUSTOMER_GQL_…`) and a `.env` file, then frozen.

Those of one audience are written with its name and two underscores: `CUSTOMER_GQL_STOREFRONT__COST=2000`.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from cryptography.fernet import Fernet
from email_validator import validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """One line for the operator: which setting is wrong and what it accepts."""


def _split_list(given: object) -> object:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


def _validate_origin(given: str) -> str:
    if not re.fullmatch(r"https?://[^/*\s]+", given):
        raise ValueError(f"{given!r} is no exact origin such as https://shop.example.com")
    return given


Listed = Annotated[list[str], BeforeValidator(_split_list)]
Origins = Annotated[list[Annotated[str, AfterValidator(_validate_origin)]], BeforeValidator(_split_list)]


class AudienceSettings(BaseModel):
    """What one endpoint takes, and what it may use of the database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_bytes: int = Field(ge=1024, description="size of a request's body")
    tokens: int = Field(ge=10, description="words and signs of a document, comments included")
    depth: int = Field(ge=1, description="fields inside fields")
    fields: int = Field(ge=1, description="fields, each fragment counted wherever it is spread")
    aliases: int = Field(ge=0, description="renamed fields, counted likewise")
    directives: int = Field(20, ge=0, description="directives, counted likewise")
    mutations: int = Field(4, ge=1, description="root fields of one mutation; some have to stand alone")
    cost: int = Field(ge=1, description="fields times page sizes")
    bucket: int = Field(description="cost that may be asked in one go before the rate counts")
    guest_rate: int = Field(ge=1, description="cost per second for one address without a token")
    rate: int = Field(ge=1, description="cost per second for one signed-in customer, user or service")
    requests: int = Field(ge=1, description="requests worked on at once; more are told to come again")
    seconds: float = Field(gt=0, description="for a statement, and a second more for the whole answer")
    read_connections: int = Field(ge=1, le=200)
    write_connections: int = Field(ge=1, le=200)
    documents: Literal["off", "log", "enforce"] = Field(
        "off", description="trusted documents: not used, others are logged, others are refused"
    )
    documents_dir: Path | None = Field(None, description="folder with the trusted documents (*.graphql)")

    @model_validator(mode="after")
    def _fits(self) -> "AudienceSettings":
        if self.bucket < self.cost:
            raise ValueError(f"bucket ({self.bucket}) has to hold the costliest document (cost, {self.cost})")
        if self.documents != "off" and self.documents_dir is None:
            raise ValueError(f"documents={self.documents} needs documents_dir")
        return self


class StorefrontSettings(AudienceSettings):
    body_bytes: int = 100 * 1024
    tokens: int = 1000
    depth: int = 10
    fields: int = 300
    aliases: int = 15
    cost: int = 3000
    bucket: int = 15_000
    guest_rate: int = 500
    rate: int = 1000
    requests: int = 100
    seconds: float = 5
    read_connections: int = 10
    write_connections: int = 5


class AdminSettings(AudienceSettings):
    body_bytes: int = 1024 * 1024
    tokens: int = 2000
    depth: int = 12
    fields: int = 600
    aliases: int = 30
    cost: int = 5000
    bucket: int = 50_000
    guest_rate: int = 500
    rate: int = 2000
    requests: int = 50
    seconds: float = 30
    read_connections: int = 5
    write_connections: int = 3


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="CUSTOMER_GQL_",
        env_nested_delimiter="__",
        env_file=".env",
        frozen=True,
        extra="ignore",
        enable_decoding=False,
    )

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
    allowed_hosts: Listed = Field([], description="names in the Host header, without port, by comma; without it any")
    trusted_proxies: Listed = Field(
        [], description="addresses or networks, by comma, whose X-Forwarded-For and X-Forwarded-Proto count"
    )
    cors_origins: Origins = Field([], description="exact origins a browser may call from, by comma")
    header_bytes: int = Field(16 * 1024, ge=1024, description="of a request: first line and headers together")
    header_count: int = Field(100, ge=10)
    request_seconds: float = Field(10, gt=0, description="to receive a whole request")
    body_seconds: float = Field(5, gt=0, description="to receive a body, once the headers are there")
    write_seconds: float = Field(30, gt=0, description="until a client that does not read its answer is cut off")
    drain_seconds: int = Field(25, ge=0, description="for requests under way when the service is told to end")
    unready_seconds: float = Field(0, ge=0, description="of telling 'not ready' before the service stops listening")
    storefront: StorefrontSettings = StorefrontSettings()  # pyright: ignore[reportCallIssue]
    admin: AdminSettings = AdminSettings()  # pyright: ignore[reportCallIssue]
    jobs_connections: int = Field(3, ge=1, le=200)
    jobs_statement_seconds: float = Field(900, gt=0)
    lock_seconds: float = Field(2, gt=0, description="a statement waits for a lock")
    pool_seconds: float = Field(2, gt=0, description="a request waits for a connection")
    client_check_seconds: float = Field(
        1, ge=0, description="how soon the server ends statements of a process that died; 0 where it cannot (Windows)"
    )
    rate_storage: str | None = Field(
        None, description="redis://host:6379 counts the rate for all processes together; without it each for itself"
    )
    metrics_port: int | None = Field(None, ge=0, le=65535, description="serves Prometheus metrics; off without it")
    metrics_host: str = "127.0.0.1"
    traces: str | None = Field(None, description="OTLP/HTTP address of an OpenTelemetry collector; off without it")
    compiled_plans: bool = Field(True, description="false leaves every query to the reference executor")
    worker: bool = Field(True, description="serve runs the jobs too; false where `customer-gql worker` runs them apart")
    smtp_host: str | None = Field(
        None, description="mail server; without one mails wait, and in development are shown at /mail"
    )
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls insists on it; tls from the first byte; none for a relay on the same machine"
    )
    mail_from: str | None = Field(
        None, description="sender where the shop configures none; no-reply@ the storefront's host"
    )
    mail_kept_days: int = Field(30, ge=1, description="how long sent mails, without their secrets, and dead ones stay")

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        return None if value is None else validate_email(value, check_deliverability=False).normalized

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

    password_memory_kib: int = Field(
        19_456, ge=19_456, le=1_048_576, description="memory of one argon2id hash; stored hashes follow at sign-in"
    )
    password_passes: int = Field(2, ge=2, le=20, description="passes of one hash; likewise")

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


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, or a `SettingsError` naming every wrong one in one line."""
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        wrong = "; ".join(f"{_variable_name(e['loc'] or ('OIDC_ISSUER',))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"Wrong settings: {wrong}") from None


def _variable_name(place: tuple[int | str, ...]) -> str:
    return "CUSTOMER_GQL_" + "__".join(str(part).upper() for part in place)
