"""Prices that catalog price rules give, stored as intervals of days (docs/domain/pricing.md#pricing-10).

They hold at midnight without a job, since a price is read by the day. Each combination of rules is one statement over all products.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    not_,
    or_,
    select,
)

from customer_gql.commerce.catalog.tables import product, product_website
from customer_gql.commerce.managed.records import read_row
from customer_gql.commerce.pricing.tables import catalog_rule_price, product_price
from customer_gql.core.money import minor_digits
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import AnySelect, Connection, Row, equals_any, execute_statement, fetch_rows
from customer_gql.messaging.jobs.queue import enqueue
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.time_zones import find_local_date, find_time_zone
from customer_gql.shop.websites.tables import website

from .conditions import compile_condition
from .intervals import RuleInterval, find_intervals
from .tables import PERCENTAGES, CatalogPriceAction, catalog_price_rule

REBUILD_JOB: Final = "pricing.rebuild_rule_prices"
_KEPT_DAYS: Final = 1
"""A day that is over in one time zone goes on in another."""
_NO_OFFSET: Final[Any] = literal_column("0", Integer())
"""Keeps the planner from writing each step into the next one, which would double the expression with each rule."""

Combination = tuple[dt.date, dt.date, tuple[int, ...]]


async def ask_for_rebuild(connection: Connection) -> None:
    """In the transaction that changes a rule. A job that runs already may not see the change, so each asks for its own."""
    await enqueue(connection, REBUILD_JOB, {})


async def run_rebuild(tools: Tools, _payload: Mapping[str, Any]) -> None:
    await rebuild_all(tools)


async def rebuild_all(tools: Tools) -> None:
    async with tools.database.transaction() as connection:
        await rebuild_rule_prices(connection)


async def rebuild_rule_prices(connection: Connection, *, product_ids: Collection[int] | None = None) -> int:
    """Store again what the rules give, for all products or some; how many intervals. One transaction at a time does it."""
    await lock_record(connection, "catalog_rule_price")
    of_products = [] if product_ids is None else [equals_any(catalog_rule_price.c.product_id, sorted(product_ids))]
    await execute_statement(connection, delete(catalog_rule_price).where(*of_products))
    rule = catalog_price_rule.c
    rows = await fetch_rows(
        connection, select(catalog_price_rule).where(rule.is_active).order_by(rule.priority, rule.id)
    )
    named = {website_id for row in rows for website_id in row.website_ids}
    sites = await fetch_rows(connection, select(website).where(equals_any(website.c.id, sorted(named))))
    stored = 0
    for site in sites:
        own = [row for row in rows if site.id in row.website_ids]
        today = find_local_date(await find_time_zone(connection, site.id))
        for combination, groups in _combine(own, today - dt.timedelta(days=_KEPT_DAYS)).items():
            rules = [row for row in own if row.id in combination[2]]
            stored += await _store_prices(connection, site, combination, rules, groups, product_ids)
    return stored


def _combine(rules: Sequence[Row], since: dt.date) -> dict[Combination, list[int]]:
    """The groups for which the same rules apply on the same days."""
    combined: dict[Combination, list[int]] = {}
    for group_id in sorted({id for rule in rules for id in rule.group_ids}):
        intervals: list[RuleInterval] = find_intervals([one for one in rules if group_id in one.group_ids], since)
        for interval in intervals:
            key = (interval.from_on, interval.until_on, tuple(rule.id for rule in interval.rules))
            combined.setdefault(key, []).append(group_id)
    return combined


async def _store_prices(
    connection: Connection,
    site: Row,
    combination: Combination,
    rules: Sequence[Row],
    groups: Sequence[int],
    product_ids: Collection[int] | None,
) -> int:
    priced = _apply_rules(_select_base(site, product_ids), rules, site.currency).subquery("priced")
    group = func.unnest(literal(list(groups), ARRAY(BigInteger()))).table_valued("group_id").render_derived()
    selected = (
        select(
            priced.c.product_id,
            literal(site.id, BigInteger()),
            group.c.group_id,
            literal(combination[0], Date()),
            literal(combination[1], Date()),
            priced.c.price,
        )
        .select_from(priced)
        .join(group, literal_column("true", Boolean()))
        .where(priced.c.is_matched)
    )
    columns = ["product_id", "website_id", "group_id", "from_on", "until_on", "price"]
    return await execute_statement(connection, insert(catalog_rule_price).from_select(columns, selected))


def _select_base(site: Row, product_ids: Collection[int] | None) -> AnySelect:
    """The products of a website that have a base price there."""
    own = product_price.c
    base = func.coalesce(own.price, case((product.c.currency == site.currency, product.c.price)))
    some = [] if product_ids is None else [equals_any(product.c.id, sorted(product_ids))]
    return (
        select(
            product.c.id.label("product_id"),
            product.c.sku,
            product.c.type,
            product.c.categories,
            base.label("base"),
            base.label("price"),
            literal_column("false", Boolean()).label("is_stopped"),
            literal_column("false", Boolean()).label("is_matched"),
        )
        .select_from(
            product.join(product_website).outerjoin(
                product_price, (own.product_id == product.c.id) & (own.website_id == site.id)
            )
        )
        .where(product_website.c.website_id == site.id, base.is_not(None), *some)
    )


def _apply_rules(base: AnySelect, rules: Sequence[Row], currency: str) -> AnySelect:
    """One step for each rule, in their order, on what the rules before it left."""
    statement = base
    for place, row in enumerate(rules):
        rule = read_row(catalog_price_rule, row)
        step = statement.offset(_NO_OFFSET).subquery(f"step_{place}")
        before = step.c
        applies = and_(not_(before.is_stopped), compile_condition(rule["condition"], before, currency))
        stops = literal_column(str(rule["stops_further_rules"]).lower(), Boolean())
        changed = case((applies, _act(rule, before.price, currency)), else_=before.price)
        statement = select(
            *[before[name] for name in ("product_id", "sku", "type", "categories", "base")],
            changed.label("price"),
            or_(before.is_stopped, and_(applies, stops)).label("is_stopped"),
            or_(before.is_matched, applies).label("is_matched"),
        )
    return statement


def _act(rule: Mapping[str, Any], price: ColumnElement[Any], currency: str) -> ColumnElement[Any]:
    """The price after the rule, in minor units; PostgreSQL rounds a half away from zero, so up."""
    action, amount = CatalogPriceAction(rule["action"]), rule["amount"]
    if action in PERCENTAGES:
        share = amount / 100 if action is CatalogPriceAction.TO_PERCENT else 1 - amount / 100
        return cast(func.round(price * literal(share, Numeric())), BigInteger())
    minor = literal(int(amount.scaleb(minor_digits(currency))), BigInteger())
    if action is CatalogPriceAction.BY_AMOUNT:
        return func.greatest(price - minor, literal_column("0", BigInteger()))
    return func.least(price, minor)
