"""A ledger: a balance for each customer and website, and entries that explain it (docs/domain/ledgers.md#ledgers-1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from customer_gql.core.errors import RuleError
from customer_gql.core.text import validate_lines

MAX_COMMENT = 1000


@dataclass(frozen=True, slots=True)
class Ledger:
    """What differs between ledgers.

    `account` has the columns `customer_id`, `website_id` and `balance`, `entry` these keys and a row for each movement;
    both have `currency` where the ledger holds money. `amount` is the column of an entry that holds what was moved, and
    the input field that it comes from. `validate_amount` makes the stored integer of the given amount and the currency
    of the website, and raises `RuleError`. `refuse_deduction` makes the refusal of a balance below zero, and
    `refuse_addition` that of one above `max_balance`. `first_action` is the action of the first entry, where it has one
    of its own.
    `history_value` is a balance as the history and mails show it, and `mail_kind` tells the customer of a movement.
    """

    account: Table
    entry: Table
    amount: str
    validate_amount: Callable[[Any, str], int]
    action: str
    refuse_deduction: Callable[..., RuleError]
    refuse_addition: Callable[..., RuleError]
    history_kind: str
    history_field: str
    history_value: Callable[[int, str], Any]
    max_balance: int
    mail_kind: str
    first_action: str | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """What was asked for, as given. Without a website it is the customer's own."""

    amount: Any
    website_id: int | None
    comment: str | None
    idempotency_key: str
    notifies_customer: bool = False


def validate_comment(comment: str | None) -> str | None:
    """The comment of a movement as it is stored. Raises `RuleError`."""
    return validate_lines(comment, ["comment"], MAX_COMMENT)
