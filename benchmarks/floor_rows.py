"""Reading rows and formatting values, as a hand-written endpoint does it."""

from typing import Any

from customer_gql.core.money import format_amount
from customer_gql.database.statements import Connection
from customer_gql.loading.pages import Pages, Window
from customer_gql.loading.reads import Read


async def fetch_rows(connection: Connection, read: Read, keys: list[Any], limit: int | None = None) -> list[Any]:
    given = {} if limit is None else {"limit": limit}
    return await connection.fetch(read.statement.sql, *read.arguments(keys, given))


def page_read(pages: Pages, size: int) -> Read:
    return pages.read(Window(size, backward=False, cursor=None))


def rows_by(found: list[Any], key: str) -> dict[Any, Any]:
    return {row[key]: row for row in found}


def lists_by(found: list[Any], key: str) -> dict[Any, list[Any]]:
    lists: dict[Any, list[Any]] = {}
    for row in found:
        lists.setdefault(row[key], []).append(row)
    return lists


def format_money(amount: int | None, currency: str) -> dict[str, str] | None:
    return None if amount is None else {"amount": format_amount(int(amount), currency), "currency": currency}


def format_time(time: Any) -> str | None:
    return None if time is None else time.isoformat()


def format_place(row: Any) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "id": f"adr_{row['customer_id']:016x}{row['id']:016x}",
        "street": row["street"],
        "city": row["city"],
        "region": row["region"],
        "postcode": row["postcode"],
        "countryCode": row["country_code"],
        "telephone": row["telephone"],
    }
