"""Reward points as a ledger (docs/domain/reward-points.md#reward-points-1)."""

from typing import Final

from customer_gql.commerce.ledgers.declaration import Ledger
from customer_gql.core.errors import RuleError

from .tables import RewardPointsAction, reward_points, reward_points_entry

MAX_POINTS: Final = 1_000_000_000


def validate_points(points: int, _currency: str) -> int:
    if points == 0 or abs(points) > MAX_POINTS:
        raise RuleError(
            f"Enter a number from 1 to {MAX_POINTS:,}, or a negative number to deduct points.", path=["points"]
        )
    return points


REWARD_POINTS: Final = Ledger(
    account=reward_points,
    entry=reward_points_entry,
    amount="points",
    validate_amount=validate_points,
    action=RewardPointsAction.ADMIN_UPDATE.value,
    max_balance=MAX_POINTS,
    balance_refusal=f"The balance cannot fall below zero or exceed {MAX_POINTS:,} points.",
    history_kind="REWARD_POINTS_ADJUSTED",
    history_field="rewardPoints",
    mail_kind="reward_points_changed",
    history_value=lambda balance, _currency: balance,
)
