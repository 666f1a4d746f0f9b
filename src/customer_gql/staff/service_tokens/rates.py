"""The rate of a service token: how much of the service a program may use (docs/domain/service-tokens.md#service-tokens-9)."""

from typing import Final

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode

MIN_RATE: Final = 100
MAX_RATE: Final = 100_000

_RATE_OUT_OF_RANGE: Final = Refusal(
    "service_token.rate_out_of_range",
    "A rate is {minimum!s} to {maximum!s} points per second. Leave it out for the rate of the endpoint.",
)
_RATE_NOT_ALLOWED: Final = Refusal(
    "service_token.rate_not_allowed",
    "A rate above {usual!s} points per second takes staff who may manage all websites.",
    UserErrorCode.NOT_ALLOWED,
)


def validate_rate(rate: int | None, *, usual_rate: int, by: Actor) -> None:
    """Raises `RuleError` for a rate out of bounds, or one that `by` may not give; `usual_rate` is the endpoint's."""
    if rate is None:
        return
    if not MIN_RATE <= rate <= MAX_RATE:
        raise _RATE_OUT_OF_RANGE(path=["rate"], minimum=MIN_RATE, maximum=MAX_RATE)
    if rate > usual_rate and by.viewer is not None and by.viewer.website_ids is not None:
        raise _RATE_NOT_ALLOWED(path=["rate"], usual=usual_rate)
