"""What catalog price rules can ask of a product (docs/domain/pricing.md#pricing-9)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, literal, not_, or_, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from customer_gql.commerce.catalog.tables import ProductType
from customer_gql.commerce.pricing.condition_trees import (
    Path,
    Validate,
    fold_condition,
    validate_condition,
    validate_range,
    validate_texts,
)
from customer_gql.core.errors import Refusal
from customer_gql.core.money import minor_digits

_TYPE_UNKNOWN: Final = Refusal("price_condition.type_unknown", "Enter types of products: {known}.")

Columns = ReadOnlyColumnCollection[str, Any]
"""Of a product with its base price: `sku`, `type`, `categories` and `base`."""


@dataclass(frozen=True, slots=True)
class CatalogCondition:
    """`compile` makes the condition on the columns of a product, with amounts in a currency."""

    validate: Validate
    compile: Callable[[Any, Columns, str], ColumnElement[bool]]


def _validate_types(value: Any, path: Path) -> list[str]:
    known = [kind.value for kind in ProductType]
    types = validate_texts(value, path)
    if not set(types) <= set(known):
        raise _TYPE_UNKNOWN(path=path, known=known)
    return types


def _is_one_of(column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
    return column == any_(literal(list(values), ARRAY(Text())))


def _is_in_category(value: Sequence[str], columns: Columns, _currency: str) -> ColumnElement[bool]:
    return columns["categories"].op("&&", is_comparison=True)(literal(list(value), ARRAY(Text())))


def _is_price_within(value: Mapping[str, str], columns: Columns, currency: str) -> ColumnElement[bool]:
    """Bounds finer than the currency's minor unit still compare exactly."""
    ends = {end: literal(Decimal(price).scaleb(minor_digits(currency))) for end, price in value.items()}
    lower = [columns["base"] >= ends["from"]] if "from" in ends else []
    upper = [columns["base"] <= ends["until"]] if "until" in ends else []
    return and_(true(), *lower, *upper)


CATALOG_CONDITIONS: Final[dict[str, CatalogCondition]] = {
    "sku": CatalogCondition(validate_texts, lambda value, of, _: _is_one_of(of["sku"], value)),
    "category": CatalogCondition(validate_texts, _is_in_category),
    "type": CatalogCondition(_validate_types, lambda value, of, _: _is_one_of(of["type"], value)),
    "price": CatalogCondition(validate_range, _is_price_within),
}
"""The registry: slices add what else can be asked."""


def validate_catalog_condition(given: Any, path: Path) -> Any:
    """The normal form. Raises `RuleError` with the path of what does not fit."""
    return validate_condition(given, path, {name: one.validate for name, one in CATALOG_CONDITIONS.items()})


def compile_condition(condition: Any, columns: Columns, currency: str) -> ColumnElement[bool]:
    """A stored condition on the columns of a product; without one every product."""
    if condition is None:
        return true()
    return fold_condition(
        condition,
        lambda name, value: CATALOG_CONDITIONS[name].compile(value, columns, currency),
        all_of=lambda parts: and_(*parts),
        any_of=lambda parts: or_(*parts),
        none_of=not_,
    )
