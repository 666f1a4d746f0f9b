"""Passwords of customers and staff: what may be chosen, and how it is stored (docs/domain/passwords.md#passwords-1)."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, Unavailable, UserErrorCode
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Statement, compile_statement, execute_statement, update_rows

from .common_passwords import is_common_password, is_derived_from
from .hashing import MAX_LENGTH, hash_password, needs_rehash, normalize_password

_LETTERS_AND_DIGITS: Final = (str.islower, str.isupper, str.isdigit)

_TOO_LONG: Final = Refusal(
    "password.too_long", "The password is too long. Use at most {limit} characters.", UserErrorCode.TOO_LONG
)
_TOO_SHORT: Final = Refusal("password.too_short", "The password is too short. Use at least {minimum} characters.")
_BLANK_AT_END: Final = Refusal("password.blank_at_end", "The password starts or ends with a space. Remove it.")
_TOO_FEW_KINDS: Final = Refusal(
    "password.too_few_character_kinds", "Use at least {minimum} of: lower case, upper case, digits, other characters."
)
_TOO_COMMON: Final = Refusal(
    "password.too_common", "This password is one of those that are tried first. Choose another."
)
PASSWORD_WRONG: Final = Refusal(
    "password.wrong", "This is not the account's password, or too many wrong ones were entered. Try again later."
)
PASSWORD_CHANGED_MEANWHILE: Final = Refusal(
    "password.changed_meanwhile", "The password was changed at the same time. Sign in again."
)
_GUESSABLE: Final = Refusal(
    "password.guessable", "The password is made of the shop's name, your name or your address. Choose another."
)


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """What a new password of one identity has to be.

    `public_words` are texts that everybody knows of the account: the owner's name and address, the names of the shop.
    A password is not made of them; of `forbidden_words` it contains none.
    """

    minimum: int
    character_classes: int = 1
    public_words: Collection[str] = ()
    forbidden_words: Collection[str] = ()


def validate_password_length(password: str, path: list[str]) -> None:
    """A password that is longer than any is refused before it costs anything."""
    if len(normalize_password(password)) > MAX_LENGTH:
        raise _TOO_LONG(path=path, limit=MAX_LENGTH)


def validate_new_password(password: str, rules: PasswordRules, *, path: list[str]) -> None:
    """Raises the first reason why the password may not be chosen."""
    validate_password_length(password, path)
    text = normalize_password(password)
    if len(text) < rules.minimum:
        raise _TOO_SHORT(path=path, minimum=rules.minimum)
    if text != text.strip():
        raise _BLANK_AT_END(path=path)
    if _count_character_classes(text) < rules.character_classes:
        raise _TOO_FEW_KINDS(path=path, minimum=rules.character_classes)
    folded = text.casefold()
    if is_common_password(folded):
        raise _TOO_COMMON(path=path)
    # Whole, too: the words of an address may be too short to be looked for inside.
    is_public_word = any(_comparable(word) == _comparable(text) for word in rules.public_words)
    has_forbidden = any(word.casefold() in folded for word in rules.forbidden_words)
    if has_forbidden or is_public_word or is_derived_from(folded, rules.public_words):
        raise _GUESSABLE(path=path)


def _comparable(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _count_character_classes(text: str) -> int:
    known = [any(map(kind, text)) for kind in _LETTERS_AND_DIGITS]
    others = any(not any(kind(character) for kind in _LETTERS_AND_DIGITS) for character in text)
    return sum(known) + others


async def store_password(connection: Connection, table: Table, owner_id: int, hash: str) -> None:
    """Put the hash in place of the owner's, if there is one. The table's key is the owner."""
    (key,) = table.primary_key.columns
    await execute_statement(
        connection, _put_statement(table), **{key.name: owner_id}, hash=hash, changed_at=read_clock()
    )


@cache
def _put_statement(table: Table) -> Statement:
    names = [*table.primary_key.columns.keys(), "hash", "changed_at"]
    put = upsert(table).values({name: bindparam(name, type_=table.c[name].type) for name in names})
    changed = {"hash": put.excluded.hash, "changed_at": put.excluded.changed_at}
    return compile_statement(put.on_conflict_do_update(index_elements=names[:1], set_=changed))


async def renew_hash(database: Database, table: Table, owner_id: int, password: str, stored: str) -> None:
    """Replace a hash that was made at another cost than today's, unless the password was changed meanwhile.

    To be called after a complete sign-in: the time it takes would tell that the password was right.
    """
    if not needs_rehash(stored):
        return
    try:
        hash = await hash_password(password)
    except Unavailable:
        return  # Others wait for the cores. The next sign-in renews it.
    (key,) = table.primary_key.columns
    async with database.writes.acquire() as connection:
        await update_rows(connection, table, {key.name: owner_id, "hash": stored}, {"hash": hash})
