"""Reward points as a ledger (docs/domain/reward-points.md#reward-points-1)."""

from functools import partial
from typing import Final

from customer_gql.commerce.ledgers.declaration import Ledger
from customer_gql.core.errors import Refusal, UserErrorCode

from .tables import RewardPointsAction, reward_points, reward_points_entry

MAX_POINTS: Final = 1_000_000_000

_POINTS_OUT_OF_RANGE: Final = Refusal(
    "reward_points.out_of_range", "Enter a number from 1 to {limit}, or a negative number to deduct points."
)
_BALANCE_OUT_OF_RANGE: Final = Refusal(
    "reward_points.balance_out_of_range",
    "The balance cannot fall below zero or exceed {limit} points.",
    UserErrorCode.NOT_ALLOWED,
)


def validate_points(points: int, _currency: str) -> int:
    if points == 0 or abs(points) > MAX_POINTS:
        raise _POINTS_OUT_OF_RANGE(path=["points"], limit=MAX_POINTS)
    return points


REWARD_POINTS: Final = Ledger(
    account=reward_points,
    entry=reward_points_entry,
    amount="points",
    validate_amount=validate_points,
    action=RewardPointsAction.ADMIN_UPDATE.value,
    max_balance=MAX_POINTS,
    refuse_deduction=partial(_BALANCE_OUT_OF_RANGE, limit=MAX_POINTS),
    refuse_addition=partial(_BALANCE_OUT_OF_RANGE, limit=MAX_POINTS),
    history_kind="REWARD_POINTS_ADJUSTED",
    history_field="rewardPoints",
    mail_kind="reward_points_changed",
    history_value=lambda balance, _currency: balance,
)
