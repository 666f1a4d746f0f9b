"""What a process has to be given in production, and what it may have been left without."""

import os
from pathlib import Path

import structlog
from cryptography.fernet import Fernet
from pydantic import SecretStr

from customer_gql.settings import Settings, SettingsError, find_unknown_settings, is_loopback

_KEY_FILE = "secret.key"
log = structlog.get_logger()


def require_production_settings(settings: Settings) -> None:
    """Raises `SettingsError` where mails would carry readable secrets, or links that lead to the reader's own machine."""
    if settings.environment != "production":
        return
    if not settings.secret_keys.get_secret_value():
        raise SettingsError(
            "Set CUSTOMER_GQL_SECRET_KEYS: production encrypts the secrets of mails and of second factors. Make a key "
            'with: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        )
    bases = {
        "STOREFRONT_URL": [settings.storefront_url],
        "ADMIN_URL": [settings.admin_url or settings.storefront_url],
        "STOREFRONT_ORIGINS": settings.storefront_origins,
    }
    for name, urls in bases.items():
        for url in filter(is_loopback, urls):
            raise SettingsError(f"Set CUSTOMER_GQL_{name}: links in mails cannot start with {url} in production.")


def warn_of_unknown_settings() -> None:
    """A misspelled setting keeps its default, which may be the dangerous one."""
    for name in find_unknown_settings():
        log.warning("unknown setting", name=name, hint="it is ignored; is it misspelled?")


def warn_of_development_defaults(settings: Settings) -> None:
    if settings.environment != "production":
        return
    if not settings.trusted_proxies:
        log.warning("no TLS", hint="set CUSTOMER_GQL_TRUSTED_PROXIES to the proxy that terminates TLS")
    if settings.smtp_host is None:
        log.warning("no SMTP server", hint="set CUSTOMER_GQL_SMTP_HOST; until then mails wait in the outbox")
    if not settings.allowed_hosts:
        log.warning("any Host header is accepted", hint="set CUSTOMER_GQL_ALLOWED_HOSTS to the names of the service")


def with_demo_key(settings: Settings) -> Settings:
    """The demo's own key, made in its data folder at the first start, where none is configured."""
    if settings.secret_keys.get_secret_value():
        return settings
    return settings.model_copy(update={"secret_keys": SecretStr(_read_or_make_key(settings.data_dir / _KEY_FILE))})


def _read_or_make_key(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as written:
        written.write(Fernet.generate_key().decode())
    return file.read_text()
