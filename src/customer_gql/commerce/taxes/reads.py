from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Text, any_, bindparam, cast, func, literal, or_, select

from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Sort
from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.groups.tables import tax_class

from .computing import RateFacts, RuleFacts
from .tables import tax_rate, tax_rule

rates_by_id: Final = one_by(select(tax_rate), tax_rate.c.id)
rules_by_id: Final = one_by(select(tax_rule), tax_rule.c.id)
rate_list: Final = RootList(select(tax_rate), [Sort("CODE", (tax_rate.c.code, tax_rate.c.id))])
rule_list: Final = RootList(select(tax_rule), [Sort("PRIORITY", (tax_rule.c.priority, tax_rule.c.id))])

_classes: Final = select(
    tax_rule.c.id,
    tax_rule.c.priority,
    tax_rule.c.product_class_ids,
    tax_rule.c.rate_ids,
    func.unnest(tax_rule.c.customer_class_ids, type_=BigInteger()).label("customer_class_id"),
).subquery("rule_of_class")
_region: Any = bindparam("region", type_=Text())
rates_by_class_and_country: Final = all_by(
    select(
        _classes.c.customer_class_id,
        _classes.c.id.label("rule_id"),
        _classes.c.priority,
        _classes.c.product_class_ids,
        *(tax_rate.c[name] for name in ("id", "code", "country_code", "region", "postcode", "percent")),
    )
    .select_from(_classes.join(tax_rate, tax_rate.c.id == any_(_classes.c.rate_ids)))
    .where(or_(tax_rate.c.region.is_(None), tax_rate.c.region == _region)),
    _classes.c.customer_class_id,
    tax_rate.c.country_code,
)
"""Rates of the rules for a tax class of customers in a country, of it as a whole and of a `region`, each with its rule."""
product_classes_by_name: Final = one_by(select(tax_class), tax_class.c.name)


def make_rules(rows: Iterable[Any], product_class_id: int) -> list[RuleFacts]:
    """The rules for a tax class of products, of rows with rates and rules."""
    rates: dict[tuple[int, int], list[RateFacts]] = {}
    for row in rows:
        if product_class_id in row.product_class_ids:
            rates.setdefault((row.rule_id, row.priority), []).append(_rate_of(row))
    return [RuleFacts(id, priority, of) for (id, priority), of in rates.items()]


async def find_tax_rules(
    connection: Connection, *, customer_class_id: int, product_class_ids: Collection[int], country_code: str
) -> dict[int, list[RuleFacts]]:
    """The rules for each of the product classes, with their rates in a country, by two statements."""
    rule, classes = tax_rule.c, sorted(product_class_ids)
    of_classes = rule.product_class_ids.op("&&", is_comparison=True)(
        cast(literal(classes, ARRAY(BigInteger())), ARRAY(BigInteger()))
    )
    rules = await fetch_rows(
        connection,
        select(tax_rule).where(literal(customer_class_id, BigInteger()) == any_(rule.customer_class_ids), of_classes),
    )
    rate_ids = sorted({rate_id for row in rules for rate_id in row.rate_ids})
    in_country = (equals_any(tax_rate.c.id, rate_ids), tax_rate.c.country_code == country_code)
    rates = {row.id: _rate_of(row) for row in await fetch_rows(connection, select(tax_rate).where(*in_country))}
    found: dict[int, list[RuleFacts]] = {class_id: [] for class_id in classes}
    for row in rules:
        facts = RuleFacts(row.id, row.priority, [rates[rate_id] for rate_id in row.rate_ids if rate_id in rates])
        for class_id in classes:
            if class_id in row.product_class_ids:
                found[class_id].append(facts)
    return found


def _rate_of(row: Row | Any) -> RateFacts:
    return RateFacts(row.id, row.code, row.country_code, row.region, row.postcode, row.percent)
