"""The mail about a movement of reward points."""

from pathlib import Path
from typing import Final

from customer_gql.commerce.ledgers.notices import movement_mail

MAILS: Final = (
    movement_mail(
        "reward_points_changed",
        "Reward points moved, where staff chose to tell.",
        "/reward-points",
        Path(__file__).parent,
    ),
)
