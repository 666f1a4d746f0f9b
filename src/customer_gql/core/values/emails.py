"""E-mail addresses: the form that is stored, and the form by which two spellings are one address."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import email_validator
import idna
from email_validator import EmailNotValidError
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from customer_gql.core.errors import Refusal
from customer_gql.core.text import TEXT_TOO_LONG, normalize_compatible_text, value_is_required

MAX_EMAIL: Final = 254
# Addresses of documentation and test domains belong to nobody; imports and demos are full of them.
email_validator.SPECIAL_USE_DOMAIN_NAMES = []

# What most local parts are. The library takes each of them as it is, unless everybody has a mailbox of that name.
_PLAIN_LOCAL_PART: Final = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_PLAIN_DOMAIN: Final = re.compile(r"(?!.*xn--)[A-Za-z0-9.-]+", re.IGNORECASE)
_DOMAINS_KEPT: Final = 1_000

_EMAIL_INVALID: Final = Refusal("email.invalid", "Enter an e-mail address such as name@example.com.")


def validate_email(text: str, path: Sequence[str] = ("email",)) -> str:
    """The address as it is stored (docs/domain/profile.md#profile-4)."""
    if len(text) > MAX_EMAIL:
        raise TEXT_TOO_LONG(path=path, limit=MAX_EMAIL)
    plain = normalize_compatible_text(text)
    if not plain:
        raise value_is_required(path)
    local, _, domain = plain.rpartition("@")
    is_plain = len(plain) <= MAX_EMAIL and _PLAIN_LOCAL_PART.fullmatch(local) and _PLAIN_DOMAIN.fullmatch(domain)
    try:
        if is_plain and local.lower() not in CASE_INSENSITIVE_MAILBOX_NAMES:
            return f"{local}@{_normalize_domain(domain)}"
        return _normalize_address(plain)
    except EmailNotValidError:
        raise _EMAIL_INVALID(path=path) from None


def _normalize_address(plain: str) -> str:
    return email_validator.validate_email(plain, check_deliverability=False, globally_deliverable=True).normalized


@lru_cache(maxsize=_DOMAINS_KEPT)
def _normalize_domain(domain: str) -> str:
    """Many addresses share few domains, and these take most of the time."""
    return _normalize_address(f"a@{domain}").removeprefix("a@")


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
