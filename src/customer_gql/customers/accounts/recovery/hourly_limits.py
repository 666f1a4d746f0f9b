"""How many reset mails one account gets (docs/domain/recovery.md#recovery-3)."""

from typing import Final

from customer_gql.core.errors import Refusal, RuleError, UserErrorCode

_HOURLY_LIMIT_REACHED: Final = Refusal(
    "password_reset.hourly_limit_reached",
    "The limit of {limit} reset mails an hour is reached. Try again later.",
    UserErrorCode.LIMIT_REACHED,
)


def find_reset_refusal(sent_count: int, per_hour: int) -> RuleError | None:
    """What forbids another reset mail for staff too; 0 is no limit."""
    return _HOURLY_LIMIT_REACHED(limit=per_hour) if per_hour and sent_count >= per_hour else None
