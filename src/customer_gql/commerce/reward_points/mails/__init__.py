"""The mail about a movement of reward points."""

from pathlib import Path
from typing import Final

from customer_gql.commerce.ledgers.notices import movement_mail

MAILS: Final = (
    movement_mail(
        "reward_points_changed",
        "Reward points were adjusted, and staff chose to notify the customer.",
        "/reward-points",
        Path(__file__).parent,
    ),
)
