"""Store credit as a ledger (docs/domain/store-credit.md#store-credit-2). A later movement than the first is `UPDATED`."""

from decimal import Decimal
from typing import Final

from customer_gql.commerce.ledgers.declaration import Ledger
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.money import to_major_units, validate_amount

from .tables import StoreCreditAction, store_credit, store_credit_entry

_CREDIT_INSUFFICIENT: Final = Refusal(
    "store_credit.insufficient",
    "The balance cannot fall below zero. Take at most what is there.",
    UserErrorCode.NOT_ALLOWED,
)
_CREDIT_TOO_LARGE: Final = Refusal(
    "store_credit.too_large",
    "The balance would be larger than can be stored. Add less.",
    UserErrorCode.NOT_ALLOWED,
)


def validate_credit(amount: Decimal, currency: str) -> int:
    return validate_amount(amount, currency, path=["amount"])


STORE_CREDIT: Final = Ledger(
    account=store_credit,
    entry=store_credit_entry,
    amount="amount",
    validate_amount=validate_credit,
    first_action=StoreCreditAction.CREATED.value,
    action=StoreCreditAction.UPDATED.value,
    refuse_deduction=_CREDIT_INSUFFICIENT,
    refuse_addition=_CREDIT_TOO_LARGE,
    history_kind="STORE_CREDIT_ADJUSTED",
    history_field="storeCredit",
    max_balance=10**15,
    mail_kind="store_credit_changed",
    history_value=lambda balance, currency: str(to_major_units(balance, currency)),
)
