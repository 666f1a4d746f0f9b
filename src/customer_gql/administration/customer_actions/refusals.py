"""What refuses an action on a customer, and which customers it leaves unchanged: as conditions of SQL about rows of `customer`, which
judge one customer and millions alike (docs/domain/mass-actions.md#mass-actions-11)."""

import datetime as dt
import enum
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, DateTime, and_, case, exists, false, func, literal, not_, null, or_, select

from customer_gql.administration.website_moves.steps import GROUP_EXCLUDED
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.customers.accounts.recovery.hourly_limits import find_reset_refusal
from customer_gql.customers.accounts.recovery.settings import RESETS_PER_HOUR
from customer_gql.customers.accounts.support.sign_in_closure import lock_columns
from customer_gql.customers.accounts.tables import password_reset
from customer_gql.customers.companies.decisions import WAITS_FOR_COMPANY, awaits_decision
from customer_gql.customers.newsletter.opt_in import ENABLED
from customer_gql.customers.newsletter.tables import SubscriptionStatus, newsletter_subscription as subscription
from customer_gql.customers.profile.tables import CustomerStatus, CustomerType, customer
from customer_gql.customers.profile.values.validation import COMPANY_DECIDES_GROUP, IS_COMPANY_ADMIN
from customer_gql.customers.tags.tables import customer_tag
from customer_gql.customers.tags.values import MAX_TAGS, find_tag_refusal
from customer_gql.database.statements import equals_any
from customer_gql.shop.groups.tables import customer_group_excluded_website as excluded
from customer_gql.shop.settings.reads import select_value_at
from customer_gql.shop.websites.tables import store, store_view

_NO_DEFAULT_VIEW: Final = Refusal(
    "newsletter.no_default_view",
    "The website of this customer has no default store view to subscribe to.",
    UserErrorCode.NOT_ALLOWED,
)
_NEWSLETTER_OFF: Final = Refusal(
    "newsletter.switched_off",
    "The newsletter of this customer's default store view is turned off.",
    UserErrorCode.NOT_ALLOWED,
)


class MassAction(enum.Enum):
    SUBSCRIBE = "SUBSCRIBE"
    UNSUBSCRIBE = "UNSUBSCRIBE"
    ASSIGN_GROUP = "ASSIGN_GROUP"
    EDIT = "EDIT"
    ACTIVATE = "ACTIVATE"
    DEACTIVATE = "DEACTIVATE"
    LOCK = "LOCK"
    UNLOCK = "UNLOCK"
    ADD_TAGS = "ADD_TAGS"
    REMOVE_TAGS = "REMOVE_TAGS"
    FORCE_SIGN_IN = "FORCE_SIGN_IN"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - an action
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class ActionRule:
    """Customers that an action is refused for, and with what; `refuse` gets the value of `limit` where the refusal names one."""

    condition: ColumnElement[bool]
    refuse: Callable[[Any], RuleError | None]
    limit: ColumnElement[Any] | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Which customers an action leaves unchanged, and what refuses it for others, the first rule first."""

    rules: tuple[ActionRule, ...] = ()
    is_unchanged: ColumnElement[bool] | None = None


def _rule(condition: ColumnElement[bool], refusal: Refusal) -> ActionRule:
    return ActionRule(condition, lambda _: refusal())


def _rows_of_customer(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return (
        select(func.count())
        .where(table.c.customer_id == customer.c.id, *conditions)
        .correlate(customer)
        .scalar_subquery()
    )


_default_view: Any = (
    select(store_view.c.id)
    .join(store)
    .where(store.c.is_default, store_view.c.is_default, store.c.website_id == customer.c.website_id)
    .correlate(customer)
    .scalar_subquery()
)
_has_newsletter: Any = select_value_at(ENABLED, website_id=customer.c.website_id, store_view_id=_default_view)
_NO_NEWSLETTER: Final = (
    _rule(_default_view.is_(None), _NO_DEFAULT_VIEW),
    _rule(not_(_has_newsletter), _NEWSLETTER_OFF),
)
_begun = case(
    (customer.c.is_email_confirmed, SubscriptionStatus.SUBSCRIBED.value), else_=SubscriptionStatus.UNCONFIRMED.value
)
_of_customer: Any = subscription.c.customer_id == customer.c.id
_is_subscribed = and_(
    _has_newsletter,
    exists().where(_of_customer, subscription.c.store_view_id == _default_view, subscription.c.status == _begun),
)
_has_ended_all = not_(exists().where(_of_customer, subscription.c.status != SubscriptionStatus.UNSUBSCRIBED.value))
_IS_ADMIN: Final = (_rule(customer.c.customer_type == CustomerType.COMPANY_ADMIN.value, IS_COMPANY_ADMIN),)
_WAITS: Final = (
    _rule(and_(customer.c.status != CustomerStatus.ACTIVE.value, awaits_decision(customer.c.id)), WAITS_FOR_COMPANY),
)
_IS_MEMBER: Final = (_rule(customer.c.customer_type != CustomerType.INDIVIDUAL.value, COMPANY_DECIDES_GROUP),)
_IS_OPEN: Final = or_(customer.c.locked_until.is_(None), customer.c.locked_until <= func.now())
_HAS_ALL_TAGS: Final = (ActionRule(_rows_of_customer(customer_tag) >= MAX_TAGS, lambda _: find_tag_refusal(MAX_TAGS)),)
_resets_per_hour: Any = select_value_at(
    RESETS_PER_HOUR, website_id=customer.c.website_id, store_view_id=customer.c.created_in_store_view_id
)
_HOUR: Final = literal(dt.timedelta(hours=1))
_LIMIT_REACHED: Final = (
    ActionRule(
        and_(
            _resets_per_hour > 0,
            _rows_of_customer(password_reset, password_reset.c.created_at > func.now() - _HOUR) >= _resets_per_hour,
        ),
        lambda limit: find_reset_refusal(limit, limit),
        _resets_per_hour,
    ),
)
_BY_STATE: Final[Mapping[MassAction, Judgement]] = {
    MassAction.SUBSCRIBE: Judgement(_NO_NEWSLETTER, _is_subscribed),
    MassAction.UNSUBSCRIBE: Judgement((), _has_ended_all),
    MassAction.ASSIGN_GROUP: Judgement(_IS_MEMBER),
    MassAction.ACTIVATE: Judgement(_WAITS, customer.c.status == CustomerStatus.ACTIVE.value),
    MassAction.DEACTIVATE: Judgement(_IS_ADMIN, customer.c.status == CustomerStatus.INACTIVE.value),
    MassAction.UNLOCK: Judgement((), _IS_OPEN),
    MassAction.ADD_TAGS: Judgement(_HAS_ALL_TAGS),
    MassAction.RESET_PASSWORD: Judgement(_LIMIT_REACHED),
    MassAction.DELETE: Judgement(_IS_ADMIN),
}


def judge_state(action: MassAction) -> Judgement:
    """What refuses the action in the state that a customer is in, whatever the input."""
    return _BY_STATE.get(action, Judgement())


def judge_group(group_id: int) -> Judgement:
    is_excluded = exists().where(excluded.c.group_id == group_id, excluded.c.website_id == customer.c.website_id)
    return Judgement((*_IS_MEMBER, _rule(is_excluded, GROUP_EXCLUDED)), customer.c.group_id == group_id)


def judge_added_tags(folds: Collection[str]) -> Judgement:
    given = _rows_of_customer(customer_tag, equals_any(customer_tag.c.fold, list(folds)))
    added = literal(len(folds)) - given
    too_many = ActionRule(_rows_of_customer(customer_tag) + added > MAX_TAGS, lambda _: find_tag_refusal(MAX_TAGS))
    return Judgement((too_many,), given == len(folds))


def judge_removed_tags(folds: Collection[str]) -> Judgement:
    return Judgement((), _rows_of_customer(customer_tag, equals_any(customer_tag.c.fold, list(folds))) == 0)


def judge_lock(until: dt.datetime, note: str | None, by: Actor) -> Judgement:
    """A lock that is there already, down to its note, is no news."""
    values = {**lock_columns(until, note, by=by), "locked_until": literal(until, DateTime(timezone=True))}
    same = [customer.c[name].is_not_distinct_from(value) for name, value in values.items()]
    return Judgement((), and_(*same))


UNCHANGED: Final = -1
"""The verdict that is no place of a rule."""


def select_verdict(judgement: Judgement) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """For a row of `customer` the place of the rule that refuses it, `UNCHANGED`, or null; and the limit that the rule names."""
    unchanged = false() if judgement.is_unchanged is None else judgement.is_unchanged
    refused = [(rule.condition, literal(place)) for place, rule in enumerate(judgement.rules)]
    limits = [(rule.condition, rule.limit) for rule in judgement.rules if rule.limit is not None]
    verdict = case((unchanged, literal(UNCHANGED)), *refused, else_=null())
    return verdict, case(*limits, else_=null()) if limits else null()
