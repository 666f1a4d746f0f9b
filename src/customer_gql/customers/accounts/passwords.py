"""What may be chosen as a password, and the hashing of core for it."""

from collections.abc import Collection
from typing import Final

from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.security.common_passwords import is_common_password, is_derived_from
from customer_gql.security.hashing import MAX_LENGTH, hash_password, needs_rehash, normalize_password, verify_password
from customer_gql.shop.settings.declaration import GLOBAL, Setting

__all__ = [
    "CHARACTER_CLASSES",
    "MAX_LENGTH",
    "MINIMUM_LENGTH",
    "check_length",
    "check_new",
    "hash_password",
    "is_outdated",
    "matches",
]
MINIMUM_LENGTH: Final = Setting(
    "accounts.minimum_password_length", 12, GLOBAL, "Code points a new password has at least.", at_least=8, at_most=64
)
CHARACTER_CLASSES: Final = Setting(
    "accounts.password_character_classes",
    1,
    GLOBAL,
    "Kinds of characters a new password has at least: small and capital letters, digits, others.",
    at_least=1,
    at_most=4,
)
_LETTERS_AND_DIGITS: Final = (str.islower, str.isupper, str.isdigit)
is_outdated = needs_rehash


async def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password; without a stored one it takes as long and is not."""
    return await verify_password(password, stored)


def check_length(password: str, path: list[str]) -> None:
    """What is longer than any password is refused before it costs anything."""
    if len(normalize_password(password)) > MAX_LENGTH:
        raise RuleError(f"A password has at most {MAX_LENGTH} characters.", path=path, code=UserErrorCode.TOO_LONG)


def check_new(password: str, *, minimum: int, classes: int = 1, about: Collection[str], path: list[str]) -> None:
    """A new password is long enough and none that guessers try first; of several kinds of characters where asked for.

    `about` are texts that everybody knows of this account: the shop, the owner's name and address.
    """
    check_length(password, path)
    text = normalize_password(password)
    if len(text) < minimum:
        raise RuleError(f"A password has at least {minimum} characters.", path=path)
    if text != text.strip():
        raise RuleError("A password does not begin or end with a blank.", path=path)
    if _kinds(text) < classes:
        raise RuleError(
            f"A password has characters of {classes} kinds at least: small letters, capital letters, digits, others.",
            path=path,
        )
    if is_common_password(text.casefold()):
        raise RuleError("This password is one of those that are tried first. Choose another.", path=path)
    if is_derived_from(text.casefold(), about):
        raise RuleError("Do not make the password of the shop's name, your name or your address.", path=path)


def _kinds(text: str) -> int:
    known = [any(map(kind, text)) for kind in _LETTERS_AND_DIGITS]
    others = any(not any(kind(character) for kind in _LETTERS_AND_DIGITS) for character in text)
    return sum(known) + others
