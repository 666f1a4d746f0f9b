import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one

from .tables import address

# Countries that have no postal codes, or where letters arrive without one.
WITHOUT_POSTCODE = frozenset(
    [
        "AE",
        "AG",
        "AO",
        "AW",
        "BF",
        "BI",
        "BJ",
        "BO",
        "BS",
        "BW",
        "BZ",
        "CD",
        "CF",
        "CG",
        "CI",
        "CK",
        "CM",
        "DJ",
        "DM",
        "ER",
        "FJ",
        "GD",
        "GH",
        "GM",
        "GN",
        "GQ",
        "GY",
        "HK",
        "IE",
        "JM",
        "KE",
        "KI",
        "KM",
        "KN",
        "KP",
        "LC",
        "ML",
        "MO",
        "MR",
        "MS",
        "MU",
        "MW",
        "NR",
        "NU",
        "PA",
        "QA",
        "RW",
        "SB",
        "SC",
        "SL",
        "SR",
        "ST",
        "SY",
        "TF",
        "TG",
        "TK",
        "TL",
        "TO",
        "TT",
        "TV",
        "TZ",
        "UG",
        "VU",
        "YE",
        "ZW",
    ]
)
_TELEPHONE = re.compile(r"\+?[0-9(][0-9 ()./\-]{2,36}( ?(x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE)


async def lock_default_billing_address(connection: Connection, customer_id: int) -> Row | None:
    """The default billing address, held until the transaction ends."""
    return await fetch_one(
        connection,
        select(address).where(address.c.customer_id == customer_id, address.c.is_default_billing).with_for_update(),
    )


async def delete_addresses(connection: Connection, customer_id: int) -> int:
    """Empty the address book, defaults too; how many entries it had."""
    return await execute_statement(connection, delete(address).where(address.c.customer_id == customer_id))


async def update_address(connection: Connection, held: Row, values: Mapping[str, Any]) -> None:
    await execute_statement(
        connection,
        update(address)
        .where(address.c.customer_id == held.customer_id, address.c.id == held.id)
        .values(**values, updated_at=dt.datetime.now(dt.UTC)),
    )


def validate_telephone(text: str, path: list[str]) -> str:
    if not _TELEPHONE.fullmatch(text.strip()):
        raise RuleError("This is not a telephone number: digits, blanks, ( ) + - . /, and an extension.", path=path)
    return text.strip()


def validate_postcode(text: str | None, country_code: str, path: list[str]) -> str | None:
    """The postal code as stored; None only where the country does without."""
    code = (text or "").strip()
    if not code and country_code not in WITHOUT_POSTCODE:
        raise RuleError(f"A postal code is required in {country_code}.", path=path, code=UserErrorCode.REQUIRED)
    if len(code) > 16 or not all(character.isalnum() or character in " -" for character in code):
        raise RuleError("A postal code has at most 16 letters, digits, blanks and hyphens.", path=path)
    return code or None
