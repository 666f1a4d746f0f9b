"""Operators of filters, by the type of a column: a value and a column make a condition (docs/domain/grid.md#grid-4).

A condition that is null counts as false; the complements (`notIn`, `notInLastDays`, `hasNone`) are true where the value is
empty.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Interval,
    Numeric,
    Text,
    and_,
    any_,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.types import TypeEngine

from customer_gql.core.ids import decode_id
from customer_gql.core.money import find_whole_bound, minor_digits
from customer_gql.core.text import normalize_code, to_capital_letters
from customer_gql.core.values.emails import normalize_email, normalize_local_part
from customer_gql.core.values.telephones import international_number, keep_digits, whole_number

from .columns import ColumnType, GridColumn, TextForm, begins, lowest_value
from .refusals import DAYS_OUT_OF_RANGE

Condition = ColumnElement[bool]
Operator = Callable[[GridColumn, Any], Condition]
MAX_DAYS: Final = 36_500


def is_not_true(condition: Condition) -> Condition:
    """The exact complement: true where the condition is false or null."""
    return condition.is_not(true())


def fold(text: str) -> ColumnElement[Any]:
    """A text in the form of stored ones, made by the database, so that both are made by one version of Unicode."""
    return func.fold_text(literal(text, Text()), type_=Text())


def _cut(column: GridColumn | None, folded: ColumnElement[Any]) -> ColumnElement[Any]:
    """As much of a folded text as is kept of stored ones."""
    longest = None if column is None else column.longest
    return folded if longest is None else func.left(folded, literal_column(str(longest)), type_=Text())


def fold_all(texts: Sequence[str], column: GridColumn | None = None) -> ColumnElement[Any]:
    """The same of many, as an array that a statement makes once: alone in it, each would be made for every row."""
    given: Any = func.unnest(literal(list(texts), ARRAY(Text()))).column_valued("given")
    folded: Any = select(_cut(column, func.fold_text(given, type_=Text()))).scalar_subquery()
    return func.array(folded, type_=ARRAY(Text()))


def _match_texts(column: GridColumn, texts: Sequence[str]) -> Condition:
    if not texts:
        return false()
    if column.form is TextForm.TELEPHONE:
        return _match_telephones(column, texts)
    wanted = _text_form(column, texts[0]) if len(texts) == 1 else any_(_text_forms(column, texts))
    return _leave_out_empty(column, column.sought == wanted)


def _leave_out_empty(column: GridColumn, found: Condition) -> Condition:
    """Empty values, which a column that is sought in its order compares as empty texts."""
    return found & column.match_value.is_not(None) if column.is_sought_in_order else found


def _text_form(column: GridColumn, text: str) -> ColumnElement[Any]:
    if column.form is TextForm.CODE:
        return literal(to_capital_letters(text), Text())
    return literal(normalize_email(text), Text()) if column.form is TextForm.EMAIL else _cut(column, fold(text))


def _text_forms(column: GridColumn, texts: Sequence[str]) -> ColumnElement[Any]:
    """The same of several, as an array."""
    if column.form is TextForm.FOLDED:
        return fold_all(texts, column)
    make_form = to_capital_letters if column.form is TextForm.CODE else normalize_email
    return literal(list(map(make_form, texts)), ARRAY(Text()))


def _part_forms(column: GridColumn, text: str) -> list[ColumnElement[Any]]:
    """The forms that a part of a value may have, first that of its start: without `@`, nobody knows of which half of an
    e-mail address it is."""
    whole = _text_form(column, text)
    if column.form is not TextForm.EMAIL or "@" in text:
        return [whole]
    return [literal(normalize_local_part(text), Text()), *([] if text.isascii() else [whole])]


def _match_telephones(column: GridColumn, texts: Sequence[str]) -> Condition:
    """A number with its country is compared in E.164, any other one with what was typed."""
    whole = [number for number in map(whole_number, texts) if number is not None]
    typed = [digits for text in texts if international_number(text) is None and (digits := keep_digits(text))]
    assert column.typed is not None
    conditions = [
        part == any_(literal(wanted, ARRAY(Text())))
        for part, wanted in ((column.sought, whole), (column.typed, typed))
        if wanted
    ]
    return or_(false(), *conditions)


def _starts_with(column: GridColumn, text: str) -> Condition:
    if column.form is TextForm.TELEPHONE:
        return _match_part(column, text, international_number(text), begins)
    return _leave_out_empty(column, column.starts_with(_part_forms(column, text)[0]))


def _match_part(
    column: GridColumn, text: str, international: str | None, match: Callable[[Any, ColumnElement[Any]], Condition]
) -> Condition:
    """Of a telephone number. A text without digits is no part of any: without it, every number would match."""
    assert column.typed is not None
    if international is not None:
        return match(column.sought, literal(international, Text()))
    digits = keep_digits(text)
    return match(column.typed, literal(digits, Text())) if digits or not text else false()


def _contains(column: GridColumn, text: str) -> Condition:
    if column.form is TextForm.TELEPHONE:
        # Inside of a number `00` is two digits.
        international = international_number(text) if normalize_code(text).startswith("+") else None
        return _match_part(column, text, international, _holds)
    return or_(*(_holds(column.match_value, form) for form in _part_forms(column, text)))


def _holds(column: ColumnElement[Any], part: ColumnElement[Any]) -> Condition:
    return func.strpos(column, part) > 0


def _equals(column: GridColumn, value: Any) -> Condition:
    return column.sought == literal(value, _parameter_type(column.match_value))


def _is_one_of(column: GridColumn, values: Sequence[Any]) -> Condition:
    # One value leaves what follows it in an index in order, which a list does from PostgreSQL 17 on.
    if len(values) == 1:
        return _equals(column, values[0])
    listed = literal(list(values), ARRAY(_parameter_type(column.match_value)))
    return column.sought == any_(listed) if values else false()


def _parameter_type(column: ColumnElement[Any]) -> TypeEngine[Any]:
    """Whole numbers are compared as 64 bits: one that a narrower column cannot hold equals none of its values."""
    return BigInteger() if isinstance(column.type, Integer) else column.type


def _compared(sign: str) -> Operator:
    """`<` and `<=` leave out empty values, which sort before all others: a scan in this order starts after them."""

    def compare(column: GridColumn, value: Any) -> Condition:
        condition = column.ordered.op(sign, is_comparison=True)(literal(value, _parameter_type(column.order_value)))
        if sign.startswith(">") or column.is_never_empty:
            return condition
        return condition & (column.ordered > lowest_value(column.order_value.type))

    return compare


def _is_null(column: GridColumn, is_empty: bool) -> Condition:
    return column.value.is_(None) if is_empty else column.value.is_not(None)


def _complement(operator: Operator) -> Operator:
    return lambda column, value: is_not_true(operator(column, value))


def _in_last_days(column: GridColumn, days: int) -> Condition:
    """Days of 24 hours back from now; of a date, those of UTC that such a day touches."""
    if not 0 <= days <= MAX_DAYS:
        raise DAYS_OUT_OF_RANGE(limit=MAX_DAYS)
    hour = literal_column("interval '1 hour'", Interval())
    now: ColumnElement[Any] = func.now()
    since: ColumnElement[Any] = now - literal(24 * days, BigInteger()) * hour
    if column.type is ColumnType.DATE:
        since, now = (cast(func.timezone("UTC", moment), Date()) for moment in (since, now))
    return and_(column.ordered >= since, column.order_value <= now)


def _decoded(operator: Operator) -> Operator:
    """The same for public ids."""

    def compare(column: GridColumn, value: Any) -> Condition:
        prefix = column.id_prefix
        assert prefix is not None
        return operator(
            column, decode_id(value, prefix) if isinstance(value, str) else [decode_id(id, prefix) for id in value]
        )

    return compare


def _stored(operator: Operator) -> Operator:
    """The same for enums."""

    def compare(column: GridColumn, value: Any) -> Condition:
        choices: Any = column.choices
        given: Any = value
        stored: Any = [choices(one).value for one in given] if isinstance(value, list) else choices(given).value
        return operator(column, stored)

    return compare


def _is_flag(column: GridColumn, value: bool) -> Condition:
    condition = column.match_value.is_(true()) if column.is_true is None else column.is_true
    return condition if value else is_not_true(condition)


def _has_any(column: GridColumn, tags: Sequence[str]) -> Condition:
    return column.match_value.op("&&", is_comparison=True)(fold_all(tags)) if tags else false()


def _has_all(column: GridColumn, tags: Sequence[str]) -> Condition:
    return column.match_value.op("@>", is_comparison=True)(fold_all(tags)) if tags else column.value.is_not(None)


def compare_money(column: GridColumn, sign: str, amount: Decimal, currency: str) -> Condition:
    """Amounts of one currency, exact to the last digit that was given."""
    assert column.currency is not None
    minor = amount.scaleb(minor_digits(currency))
    whole = find_whole_bound(minor, sign) if isinstance(column.value.type, BigInteger) else None
    # An index over integers serves no other number.
    wanted = literal(minor, Numeric()) if whole is None else literal(whole, BigInteger())
    return and_(column.currency == literal(currency, Text()), column.value.op(sign, is_comparison=True)(wanted))


MONEY_SIGNS: Final = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_RANGES: Final[Mapping[str, Operator]] = {
    "gt": _compared(">"),
    "gte": _compared(">="),
    "lt": _compared("<"),
    "lte": _compared("<="),
}
_MOMENTS: Final[Mapping[str, Operator]] = {
    **_RANGES,
    "inLastDays": _in_last_days,
    "notInLastDays": _complement(_in_last_days),
    "isNull": _is_null,
}
_SETS: Final = {"hasAny": _has_any, "hasAll": _has_all, "hasNone": _complement(_has_any), "isNull": _is_null}
OPERATORS: Final[Mapping[ColumnType, Mapping[str, Operator]]] = {
    ColumnType.STRING: {
        "eq": lambda column, text: _match_texts(column, [text]),
        "in": _match_texts,
        "notIn": _complement(_match_texts),
        "startsWith": _starts_with,
        "contains": _contains,
        "isNull": _is_null,
    },
    ColumnType.INTEGER: {"eq": _equals, "in": _is_one_of, **_RANGES, "isNull": _is_null},
    ColumnType.DATE: _MOMENTS,
    ColumnType.DATE_TIME: _MOMENTS,
    ColumnType.BOOLEAN: {"eq": _is_flag},
    ColumnType.ENUM: {
        "eq": _stored(_equals),
        "in": _stored(_is_one_of),
        "notIn": _complement(_stored(_is_one_of)),
        "isNull": _is_null,
    },
    ColumnType.ID: {
        "eq": _decoded(_equals),
        "in": _decoded(_is_one_of),
        "notIn": _complement(_decoded(_is_one_of)),
        "isNull": _is_null,
    },
    ColumnType.TAGS: _SETS,
    ColumnType.OPTIONS: _SETS,
}
"""By the type of a column, every operator but those of money, which take a currency beside them."""

NEVER_INDEXED: Final = frozenset({"contains", "notIn", "notInLastDays", "hasNone", "isNull"})
"""Operators that no index of a column serves."""


def operators_of(type_: ColumnType) -> tuple[str, ...]:
    return ("currency", *MONEY_SIGNS) if type_ is ColumnType.MONEY else tuple(OPERATORS[type_])


def operators_of_column(column: GridColumn) -> tuple[str, ...]:
    return operators_of(column.type) if column.operators is None else tuple(column.operators)
