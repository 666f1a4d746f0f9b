"""Balances that a file states: each is reached by one movement for the difference (docs/domain/import.md#import-27)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.administration.customer_import.adobe.scopes import ImportShop
from customer_gql.administration.customer_import.reading.cells import Cells
from customer_gql.administration.customer_import.reading.refusals import AMOUNT_INVALID, NO_CUSTOMER, POINTS_INVALID
from customer_gql.administration.customer_import.staging import CheckedRow
from customer_gql.commerce.ledgers.declaration import Ledger
from customer_gql.commerce.ledgers.stated_balances import StatedBalance, state_balances
from customer_gql.commerce.reward_points.writes import REWARD_POINTS
from customer_gql.commerce.store_credit.writes import STORE_CREDIT
from customer_gql.core.errors import RuleError
from customer_gql.core.money import parse_decimal, to_major_units, to_minor_units
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import Websites
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import Connection, Row
from customer_gql.messaging.jobs.runs.kinds import JobScope
from customer_gql.messaging.jobs.runs.rights import OUT_OF_SCOPE

LEDGERS: Final[Mapping[str, Ledger]] = {"store_credit": STORE_CREDIT, "reward_points": REWARD_POINTS}
_COLUMNS: Final = ("_email", "_website", "_finance_website")


class FinanceSheet:
    """A row says what the balances of a customer on a website are. An empty cell says nothing."""

    known: frozenset[str] = frozenset((*_COLUMNS, *LEDGERS))
    required: tuple[str, ...] = _COLUMNS

    def __init__(self, shop: ImportShop) -> None:
        self._shop = shop

    def read(self, cells: Cells, line: int, *, deletes: bool) -> CheckedRow:
        del deletes
        email, website_id = cells.read_email("_email"), self._shop.read_website(cells)
        of = self._shop.read_website(cells, "_finance_website")
        currency = self._shop.currencies.get(of or 0, "USD")
        balances = {
            "store_credit": cells.read_value("store_credit", lambda text, path: _read_credit(text, currency, path)),
            "reward_points": cells.read_value("reward_points", _read_points),
        }
        key = None if email is None or website_id is None else (normalize_email(email), website_id)
        return CheckedRow(line, cells, key, {"finance": {"website_id": of, "currency": currency, **balances}})


def _read_credit(text: str, currency: str, path: list[str]) -> int | None:
    if not text:
        return None
    try:
        amount = parse_decimal(text)
        minor = to_minor_units(amount, currency)
    except (ValueError, ArithmeticError):
        raise AMOUNT_INVALID(path=path) from None
    if not 0 <= minor <= STORE_CREDIT.max_balance or to_major_units(minor, currency) != amount:
        raise AMOUNT_INVALID(path=path)
    return minor


def _read_points(text: str, path: list[str]) -> int | None:
    if not text:
        return None
    # Of what `isdigit` takes, only ASCII is a number to everybody.
    if not (text.isascii() and text.isdigit()) or len(text) > 15 or int(text) > REWARD_POINTS.max_balance:
        raise POINTS_INVALID(path=path)
    return int(text)


@dataclass(frozen=True, slots=True)
class StatedRow:
    """A row of the file, and whose balances it states."""

    line: int
    customer_id: int
    finance: Mapping[str, Any]


def is_beyond(websites: Websites, customer: Row) -> bool:
    """Whether a customer who is locked is of another website than these."""
    return websites is not None and customer.website_id not in websites


async def set_balances(
    connection: Connection, import_id: int, rows: Sequence[StatedRow], scope: JobScope
) -> dict[int, bool | RuleError]:
    """Move balances to what rows state; by line whether one had to move, or what refuses it. A row is done as a whole or not at
    all, and after the rows of its customer before it."""
    locked = await lock_customers(connection, {row.customer_id for row in rows}, websites=None)
    # Customers who were deleted before the lock are unknown.
    outcomes: dict[int, bool | RuleError] = {row.line: NO_CUSTOMER() for row in rows if row.customer_id not in locked}
    # Those who were moved out of reach before it are refused.
    unreached = {id for id, customer in locked.items() if is_beyond(scope.websites, customer)}
    outcomes |= {row.line: OUT_OF_SCOPE() for row in rows if row.customer_id in unreached}
    reached = locked.keys() - unreached
    waiting = sorted((row for row in rows if row.customer_id in reached), key=lambda row: (row.customer_id, row.line))
    while waiting:
        first = {row.customer_id: row for row in reversed(waiting)}
        stated = {id: _list_balances(import_id, row) for id, row in first.items()}
        found = await state_balances(connection, locked, stated, websites=scope.websites, by=scope.by)
        outcomes |= {first[id].line: outcome for id, outcome in found.items()}
        waiting = [row for row in waiting if row is not first[row.customer_id]]
    return outcomes


def _list_balances(import_id: int, row: StatedRow) -> list[StatedBalance]:
    account = (row.customer_id, row.finance["website_id"])
    return [
        StatedBalance(ledger, account, row.finance[name], f"import:{import_id}:{row.line}:{name}")
        for name, ledger in LEDGERS.items()
        if row.finance.get(name) is not None
    ]
