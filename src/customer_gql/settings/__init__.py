"""Settings, read once from the environment (`CUSTOMER_GQL_…`) and a `.env` file, then frozen.

Settings of one audience carry its name and two underscores: `CUSTOMER_GQL_STOREFRONT__COST=2000`.
"""

from pathlib import Path
from typing import Any, Literal

from cryptography.fernet import Fernet
from email_validator import validate_email
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from .audiences import AdminSettings, AudienceSettings, StorefrontSettings
from .browsers import EXTRA_EXPOSED_HEADERS, EXTRA_HEADERS, Headers, Origins
from .forms import Files, Hosts, Names, Peers, Storage, Url, bucket_of, folder_of, without_empty
from .link_bases import is_loopback, origin_of, require_https
from .live import LiveSettings
from .names import find_unknown_names
from .providers import TestPspSettings

__all__ = [
    "AdminSettings",
    "AudienceSettings",
    "LiveSettings",
    "Settings",
    "SettingsError",
    "StorefrontSettings",
    "find_unknown_settings",
    "is_loopback",
    "load_settings",
]


class SettingsError(Exception):
    """One line for the operator: which setting is invalid and what it accepts."""


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
        "production", description="development serves GraphiQL and explains invalid documents, production does neither"
    )
    database_url: str | None = Field(None, description="postgresql://user:password@host:5432/database")
    owner_database_url: str | None = Field(
        None,
        description="the same database as a role that owns the tables, for `migrate`; database_url when not set",
    )
    database_read_url: str | None = Field(
        None,
        description="a standby of the same database, which lists of staff are read from while it is near the primary",
    )
    replica_seconds: float = Field(
        5, ge=0, le=3600, description="seconds that the standby of database_read_url may be behind"
    )
    prepared_statements: bool = Field(True, description="false behind a connection pooler in transaction mode")
    history_kept_months: int | None = Field(
        None,
        ge=12,
        le=1200,
        description="whole months for which `customer-gql history` keeps what was done; without it all is kept",
    )
    distributed: bool = Field(
        False,
        description="the tables are distributed by customer: statements take the forms that fit (docs/scaling.md)",
    )
    postgres_binaries: Path | None = Field(None, description="folder with postgres and initdb for the embedded server")
    data_dir: Path = Field(Path(".data"), description="folder of the embedded server's data")
    storefront_url: str = Field(
        "http://127.0.0.1:8000",
        description="base URL of every link in a mail to customers; never derived from a request; not loopback in production",
    )
    storefront_origins: Origins = Field(
        [],
        description="origins, comma separated, that the shop's setting mail.storefront_url may use besides that of "
        "storefront_url; https outside loopback",
    )
    admin_ui: bool = Field(True, description="serves the admin UI at /admin; false where another one is used")
    admin_url: str | None = Field(None, description="base URL of links in mails to staff; storefront_url when not set")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    allowed_hosts: Hosts = Field(
        [], description="accepted names in the Host header, without port, comma separated; empty accepts any"
    )
    trusted_proxies: Peers = Field(
        [],
        description="addresses or networks, comma separated, whose X-Forwarded-For and X-Forwarded-Proto are trusted",
    )
    cors_headers: Headers = Field(
        EXTRA_HEADERS, description="headers that pages of other origins may send besides those of the graph"
    )
    cors_exposed_headers: Headers = Field(
        EXTRA_EXPOSED_HEADERS, description="headers that pages of other origins may read besides those of the graph"
    )
    header_bytes: int = Field(
        16 * 1024, ge=1024, le=1_048_576, description="bytes of a request's first line and headers together"
    )
    header_count: int = Field(100, ge=10, le=10_000, description="headers of a request")
    request_seconds: float = Field(10, ge=0.1, le=3600, description="seconds to receive a whole request")
    body_seconds: float = Field(5, ge=0.1, le=3600, description="seconds to receive a body after its headers")
    write_seconds: float = Field(
        30, ge=0.1, le=3600, description="seconds until a client that does not read its answer is disconnected"
    )
    drain_seconds: int = Field(25, ge=0, le=3600, description="seconds for running requests to finish at shutdown")
    unready_seconds: float = Field(
        0, ge=0, le=3600, description="seconds of reporting 'not ready' before the service stops listening at shutdown"
    )
    storefront: StorefrontSettings = StorefrontSettings()  # pyright: ignore[reportCallIssue]
    admin: AdminSettings = AdminSettings()  # pyright: ignore[reportCallIssue]
    live: LiveSettings = LiveSettings()  # pyright: ignore[reportCallIssue]
    jobs_connections: int = Field(3, ge=1, le=200, description="database connections of the worker")
    jobs_statement_seconds: float = Field(900, ge=1, le=86_400, description="seconds for one statement of the worker")
    lock_seconds: float = Field(2, ge=0.01, le=3600, description="seconds a statement waits for a lock")
    pool_seconds: float = Field(
        2, ge=0.5, le=3600, description="seconds a request waits for a database connection, or for a new one to open"
    )
    client_check_seconds: float = Field(
        1,
        ge=0,
        le=3600,
        description="seconds until the database ends statements of a process that died; 0 where it cannot (Windows)",
    )
    rate_storage: Storage | None = Field(
        None,
        description="redis://host:6379 counts rates for all processes together; without it each process counts for itself",
    )
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="port that serves Prometheus metrics; without it there are none"
    )
    metrics_host: str = Field("127.0.0.1", description="address that serves Prometheus metrics")
    metrics_operations: Names = Field(
        [],
        description="names of operations, comma separated, that metrics count apart; all others together are `other`",
    )
    health_port: int | None = Field(
        None, ge=0, le=65535, description="port that serves /health/live and /health/ready alone, also of a worker"
    )
    health_host: str = Field("127.0.0.1", description="address that serves them; 0.0.0.0 in a container")
    traces: Url | None = Field(
        None, description="OTLP/HTTP address of an OpenTelemetry collector; without it there are no traces"
    )
    compiled_plans: bool = Field(True, description="false runs every query in the reference executor, for comparison")
    generated_statements: bool = Field(
        True, description="false lets plans answer documents that come often, without the database writing their JSON"
    )
    worker: bool = Field(
        True, description="serve runs jobs too; false where `customer-gql worker` runs them in a process of its own"
    )
    smtp_host: str | None = Field(
        None, description="mail server; without one mails stay queued, and development shows them at /mail"
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="port of the mail server")
    smtp_user: str | None = Field(None, description="user name at the mail server")
    smtp_password: SecretStr | None = Field(None, description="password at the mail server")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="starttls requires STARTTLS; tls from the first byte; none for a relay on the same machine",
    )
    mail_from: str | None = Field(
        None, description="sender where the shop configures none; by default no-reply@ the host of storefront_url"
    )
    mail_kept_days: int = Field(
        30, ge=1, le=3650, description="days that sent mails, without their secrets, and failed ones are kept"
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, given: dict[str, Any]) -> dict[str, Any]:
        # The address of a database stays: that it is empty must not lead to another database.
        urls = {
            name: given[name] for name in ("database_url", "owner_database_url", "database_read_url") if name in given
        }
        return without_empty(given) | urls

    @field_validator("storefront_url", "admin_url")
    @classmethod
    def _validate_link_base(cls, value: str | None) -> str | None:
        if value is not None:
            require_https(origin_of(value))
        return value

    @field_validator("storefront_origins")
    @classmethod
    def _validate_link_origins(cls, value: list[str]) -> list[str]:
        for origin in value:
            require_https(origin)
        return value

    @property
    def link_origins(self) -> frozenset[str]:
        """Where links in mails to customers may lead."""
        return frozenset({origin_of(self.storefront_url), *(origin.lower() for origin in self.storefront_origins)})

    @property
    def files_folder(self) -> Path | None:
        """The folder of files; None where the database keeps them."""
        return folder_of(self.files)

    @property
    def files_bucket(self) -> str | None:
        """The URL of the bucket of files; None where they are elsewhere."""
        return bucket_of(self.files)

    @field_validator("mail_from")
    @classmethod
    def _validate_mail_from(cls, value: str | None) -> str | None:
        return None if value is None else validate_email(value, check_deliverability=False).normalized

    secret_keys: SecretStr = Field(
        SecretStr(""),
        description="Fernet keys, comma separated; the first encrypts the secrets of second factors, webhooks, settings and of mails that wait, "
        "all decrypt them; required in production",
    )
    webhook_networks: Peers = Field(
        [],
        description="addresses or networks, comma separated, that webhooks may call although they are not public",
    )
    captcha_verify_url: Url = Field(
        "",
        description="URL that verifies tokens of CAPTCHAs instead of the provider's own, such as one of www.recaptcha.net",
    )
    vies_url: Url = Field(
        "https://ec.europa.eu/taxation_customs/vies/rest-api",
        description="where the REST interface of VIES is, which checks VAT numbers",
    )
    test_psp: TestPspSettings = TestPspSettings()  # pyright: ignore[reportCallIssue]
    oidc_issuer: Url | None = Field(None, description="issuer of the identity provider of staff, as its tokens name it")
    oidc_client_id: str = Field("", description="client id of this service at the provider")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="client secret of this service at the provider")
    oidc_redirect_url: Url = Field(
        "", description="https://…/admin/oidc/callback, exactly as registered with the provider"
    )
    oidc_landing_url: Url = Field("", description="page that receives ?code= for staffOidcExchange, or ?error=refused")
    staff_passwords: bool = Field(
        True, description="false: staff sign in at the identity provider alone; no password is set, changed or accepted"
    )
    files: Files = Field(
        "database:",
        description="where uploads, reports and exports are kept: database:, file:/folder, which all processes share, or "
        "s3://bucket/folder (extra `s3`)",
    )
    log_format: Literal["console", "json"] = Field("json", description="form of log lines")

    password_memory_kib: int = Field(
        19_456,
        ge=19_456,
        le=1_048_576,
        description="KiB of memory of one argon2id hash; stored hashes are upgraded at sign-in",
    )
    password_passes: int = Field(
        2, ge=2, le=20, description="passes of one argon2id hash; stored hashes are upgraded at sign-in"
    )

    @model_validator(mode="after")
    def _validate_oidc(self) -> "Settings":
        parts = (self.oidc_client_id, self.oidc_redirect_url, self.oidc_landing_url)
        if self.oidc_issuer is not None and not all(parts):
            raise ValueError("an OIDC issuer needs the client id, the redirect URL and the landing URL too")
        if self.oidc_issuer is None and not self.staff_passwords:
            raise ValueError("without an OIDC issuer staff need passwords: leave STAFF_PASSWORDS true")
        return self

    @field_validator("secret_keys")
    @classmethod
    def _validate_keys(cls, given: SecretStr) -> SecretStr:
        for key in filter(None, given.get_secret_value().split(",")):
            try:
                Fernet(key.strip())
            except ValueError:
                raise ValueError("each key must be 32 bytes in URL-safe base64") from None
        return given


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment. Raises `SettingsError`, which names every invalid one in one line."""
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        wrong = "; ".join(
            f"{_variable_name(e['loc'] or ('OIDC_ISSUER',))}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        )
        raise SettingsError(f"Wrong settings: {wrong}") from None


def _variable_name(place: tuple[int | str, ...]) -> str:
    return "CUSTOMER_GQL_" + "__".join(part.upper() for part in place if isinstance(part, str))


def find_unknown_settings() -> list[str]:
    """What is set under our prefix in the environment or the `.env` file and no setting is called."""
    return find_unknown_names(Settings, prefix="CUSTOMER_GQL_")
