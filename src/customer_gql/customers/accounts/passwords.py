"""Which passwords customers may choose, as the shop sets it (docs/domain/passwords.md#passwords-2)."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import BigInteger, bindparam, literal_column, select

from customer_gql.database.statements import Connection, Row, compile_statement, fetch_one
from customer_gql.security.passwords import PasswordRules, validate_new_password
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import settings_at
from customer_gql.shop.websites.tables import store, store_view, website

MINIMUM_LENGTH: Final = Setting(
    "accounts.minimum_password_length",
    12,
    GLOBAL,
    "Code points a new password has at least.",
    at_least=8,
    at_most=64,
    label="Minimum password length",
    is_public=True,
)
CHARACTER_CLASSES: Final = Setting(
    "accounts.password_character_classes",
    1,
    GLOBAL,
    "Kinds of characters a new password has at least: small and capital letters, digits, others.",
    at_least=1,
    at_most=4,
    label="Kinds of characters in passwords",
    is_public=True,
)


async def validate_password_of(connection: Connection, account: Row, password: str, *, path: list[str]) -> None:
    """A new password for an account that exists."""
    words = public_words(account.email, account.first_name, account.last_name)
    await validate_password_choice(connection, password, public_words=words, website_id=account.website_id, path=path)


def public_words(email: str, first_name: str, last_name: str) -> list[str]:
    """What everybody who knows the owner can guess: the address, its local part and the name in any order."""
    names = [first_name, last_name, f"{first_name} {last_name}", f"{last_name} {first_name}", first_name + last_name]
    return [email, email.partition("@")[0], *[name for name in names if name.strip()]]


_NAMES: Final = compile_statement(
    select(website.c.name, website.c.code, store.c.name.label("store"), store_view.c.name.label("view"))
    .select_from(website.join(store).join(store_view))
    .where(website.c.id == bindparam("website_id", type_=BigInteger()))
    .limit(literal_column("1"))
)


async def validate_password_choice(
    connection: Connection, password: str, *, public_words: Collection[str], website_id: int, path: list[str]
) -> None:
    """A new password, by the rules of the shop. It is not made of `public_words`, nor of the names of the shop."""
    shop = await settings_at(connection, MINIMUM_LENGTH, CHARACTER_CLASSES)
    names = await fetch_one(connection, _NAMES, website_id=website_id)
    rules = PasswordRules(shop[MINIMUM_LENGTH], shop[CHARACTER_CLASSES], [*public_words, *(names or ())])
    validate_new_password(password, rules, path=path)
