"""Newsletter subscriptions: the first to the view the account was made in, more to other views of the website."""

from dataclasses import dataclass
from typing import Final

from customer_gql.customers.profile.shopper import AccountPlan, Shopper
from customer_gql.database.seeding import CustomerSeed, Rows, Stage, to_datetime

from .tables import newsletter_subscription


@dataclass(frozen=True, kw_only=True)
class SubscriptionPlan(AccountPlan):
    subscriptions: tuple[str, ...] = ()
    """Their statuses."""


def add_subscriptions(s: Shopper[SubscriptionPlan], rows: Rows) -> None:
    statuses = s.plan.subscriptions
    if not statuses:
        return
    s.is_subscribed = "SUBSCRIBED" in statuses
    others = [view for view in s.plan.site.views if view != s.view_id]
    for view, status in zip((s.view_id, *others), statuses, strict=False):
        changed = s.pick_moment() if status != "UNCONFIRMED" else s.created
        rows[newsletter_subscription].append(
            {"customer_id": s.id, "store_view_id": view, "status": status, "changed_at": to_datetime(changed)}
        )


SEED: Final = (CustomerSeed((newsletter_subscription,), add_subscriptions, Stage.CONTACT),)
