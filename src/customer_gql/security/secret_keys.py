"""Encryption of secrets that the database keeps, under the process's SECRET_KEYS.

What is encrypted names the row it belongs to, without a colon, so that a row copied to another owner opens nothing. The keys are never in
the database. They are set once for whatever a task does (a request, the worker, a command), because what queues a mail knows a
connection and no settings.
"""

from contextvars import ContextVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

_keys: ContextVar[str] = ContextVar("secret_keys", default="")


def use_secret_keys(keys: SecretStr) -> None:
    """For this task and those it starts."""
    _keys.set(keys.get_secret_value())


def encrypt_text(text: str, keys: SecretStr | None = None, *, owner: int | str) -> str | None:
    """Under the first key, of this task unless others are given; None where there is no key, in development."""
    used = _keys.get() if keys is None else keys.get_secret_value()
    return _fernet(used).encrypt(f"{owner}:{text}".encode()).decode() if used else None


def decrypt_text(encrypted: str, keys: SecretStr, *, owner: int | str) -> str | None:
    """None when no key fits, or when it was copied from another row."""
    if not keys.get_secret_value():
        return None
    try:
        found = _fernet(keys.get_secret_value()).decrypt(encrypted.encode()).decode()
    except InvalidToken:
        return None
    of, _, text = found.partition(":")
    return text if of == str(owner) else None


def _fernet(keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
