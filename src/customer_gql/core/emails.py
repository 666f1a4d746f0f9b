"""E-mail addresses: the form that is stored, and the form by which two spellings are one address."""

from collections.abc import Sequence
from typing import Final

import email_validator
import idna
from email_validator import EmailNotValidError

from .errors import Refusal
from .text import TEXT_TOO_LONG, normalize_compatible_text, value_is_required

MAX_EMAIL: Final = 254
# Addresses of documentation and test domains belong to nobody; imports and demos are full of them.
email_validator.SPECIAL_USE_DOMAIN_NAMES = []

_EMAIL_INVALID: Final = Refusal("email.invalid", "Enter an e-mail address such as name@example.com.")


def validate_email(text: str, path: Sequence[str] = ("email",)) -> str:
    """The address as it is stored (docs/domain/profile.md#profile-4)."""
    if len(text) > MAX_EMAIL:
        raise TEXT_TOO_LONG(path=path, limit=MAX_EMAIL)
    plain = normalize_compatible_text(text)
    if not plain:
        raise value_is_required(path)
    try:
        return email_validator.validate_email(plain, check_deliverability=False, globally_deliverable=True).normalized
    except EmailNotValidError:
        raise _EMAIL_INVALID(path=path) from None


def normalize_email(email: str) -> str:
    """The identity of an address (docs/domain/profile.md#profile-5): the domain in IDNA, the rest in lower case.

    Every text has one, so that a sign-in with a text that is no address finds nobody.
    """
    local, at, domain = normalize_compatible_text(email).rpartition("@")
    return f"{normalize_local_part(local)}{at}{_to_ascii_domain(domain)}"


def normalize_local_part(text: str) -> str:
    """The same of what stands before the `@`, or of a part of it."""
    # Lower case may need composing again, and no case folding: it would make `ß` and `ss` one.
    return normalize_compatible_text(normalize_compatible_text(text).lower())


def _to_ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain.lower()
