"""Filters of a grid as hypothesis draws them, and the plain Python that says which rows they match."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from customer_gql.core.ids import encode_id
from customer_gql.core.money import minor_digits
from customer_gql.core.text import fold_text, normalize_code
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.values.telephones import to_e164
from customer_gql.loading.grids.columns import ColumnType, GridColumn, TextForm
from customer_gql.loading.grids.grid import Grid
from customer_gql.loading.grids.operators import operators_of

COMPLEMENTS = {"notIn": "in", "notInLastDays": "inLastDays", "hasNone": "hasAny"}
SIGNS = {"eq": "__eq__", "gt": "__gt__", "gte": "__ge__", "lt": "__lt__", "lte": "__le__"}


def filters_of(grid: Grid, rows: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Filters with up to four levels, whose values are mostly those of the rows or near to them."""
    clauses = [
        clause_of(column, operator, rows)
        for column in grid.columns.values()
        if column.is_filterable
        for operator in operators_of(column.type)
        if operator != "currency"
    ]
    leaf = st.one_of(clauses)

    def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        parts = st.lists(inner, max_size=3)
        return st.one_of(
            st.builds(lambda found: {"and": found}, parts),
            st.builds(lambda found: {"or": found}, parts),
            st.builds(lambda found: {"not": found}, inner),
            st.builds(lambda one, found: {**one, "or": found}, leaf, parts),
        )

    base = st.one_of(leaf, st.just({}))
    return st.one_of(base, nested(base), nested(nested(base)), nested(nested(nested(base))))


def clause_of(column: GridColumn, operator: str, rows: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.sampled_from([value for row in rows for value in given_values(column, row[column.key])] or [None])
    if operator in ("in", "notIn"):
        drawn: st.SearchStrategy[Any] = st.lists(values.filter(lambda value: value is not None), max_size=3)
    elif operator == "isNull":
        drawn = st.booleans()
    elif operator in ("inLastDays", "notInLastDays"):
        drawn = st.integers(0, 400)
    elif operator in ("startsWith", "contains"):
        drawn = st.builds(
            lambda text, start, size: text[start : start + size], values.map(str), st.integers(0, 3), st.integers(0, 9)
        )
        if operator == "startsWith":
            drawn = st.one_of(drawn, values.map(lambda text: str(text)[:4]))
    else:
        drawn = values.filter(lambda value: value is not None)
    if column.type is ColumnType.MONEY:
        currencies = st.sampled_from(sorted({"JPY", *[row[f"{column.key}_currency"] for row in rows]}))
        return st.builds(lambda v, c: {column.key: {"currency": c, operator: v}}, drawn, currencies)
    return st.builds(lambda value: {column.key: {operator: value}}, drawn)


def given_values(column: GridColumn, value: Any) -> list[Any]:
    """What somebody may write for a value: the value itself, others near to it, and what nobody has."""
    match column.type:
        case ColumnType.STRING:
            text = "" if value is None else value
            return [
                text,
                text.upper(),
                text.lower(),
                f"{text}%",
                "_",
                "\\",
                "stra\u00dfe",
                "STRASSE",
                "+44 20",
                "07946",
            ]
        case ColumnType.INTEGER:
            return [0, 1, 2, 40] if value is None else [value, value + 1]
        case ColumnType.MONEY:
            return [Decimal(0), Decimal("24.9"), Decimal("24.905"), Decimal(-1)]
        case ColumnType.DATE:
            return [dt.date(1990, 2, 28), value or dt.date(2000, 1, 1)]
        case ColumnType.DATE_TIME:
            return [dt.datetime(2026, 1, 1, tzinfo=dt.UTC), value or dt.datetime(2025, 1, 1, tzinfo=dt.UTC)]
        case ColumnType.BOOLEAN:
            return [True, False]
        case ColumnType.ENUM:
            assert column.choices is not None
            return list(column.choices)
        case ColumnType.ID:
            assert column.id_prefix is not None
            return [encode_id(column.id_prefix, value or 1), encode_id(column.id_prefix, 7)]
        case ColumnType.TAGS | ColumnType.OPTIONS:
            return [value or [], ["VIP"], ["caf\u00e9", "vip"], []]


def matches(grid: Grid, tree: dict[str, Any], row: dict[str, Any], now: dt.datetime) -> bool:
    """Logic of two values, one row at a time."""
    results = []
    for key, given in tree.items():
        match key:
            case "and":
                results.append(all(matches(grid, part, row, now) for part in given))
            case "or":
                results.append(any(matches(grid, part, row, now) for part in given))
            case "not":
                results.append(not matches(grid, given, row, now))
            case _:
                column = grid.columns[key]
                results += [
                    holds(column, operator, value, row, given.get("currency"), now)
                    for operator, value in given.items()
                    if operator != "currency"
                ]
    return all(results)


def holds(column: GridColumn, operator: str, given: Any, row: dict[str, Any], currency: str | None, now: Any) -> bool:
    value = row[column.key]
    if operator == "isNull":
        return (value is None) is given
    if operator in COMPLEMENTS:
        return not holds(column, COMPLEMENTS[operator], given, row, currency, now)
    if operator == "in":
        return any(holds(column, "eq", one, row, currency, now) for one in given)
    if value is None:
        return False
    if operator == "inLastDays":
        since = now - dt.timedelta(hours=24 * given)
        return since.date() <= value <= now.date() if type(value) is dt.date else since <= value <= now
    if column.type is ColumnType.TAGS:
        tags, wanted = {fold_text(tag) for tag in value}, {fold_text(tag) for tag in given}
        return wanted <= tags if operator == "hasAll" else bool(wanted & tags)
    if column.type is ColumnType.STRING:
        return holds_for_text(column, operator, given, row)
    if column.type is ColumnType.MONEY:
        assert currency is not None
        wanted = given.scaleb(minor_digits(currency))
        return row[f"{column.key}_currency"] == currency.upper() and getattr(Decimal(value), SIGNS[operator])(wanted)
    if column.type is ColumnType.ID:
        assert column.id_prefix is not None
        return encode_id(column.id_prefix, value) == given
    return getattr(value, SIGNS[operator])(given.value if column.type is ColumnType.ENUM else given)


def holds_for_text(column: GridColumn, operator: str, given: str, row: dict[str, Any]) -> bool:
    value = row[column.key]
    if column.form is TextForm.TELEPHONE:
        plain = normalize_code(given)
        start = re.match(r"\+" if operator == "contains" else r"\+|00", plain)
        rest = plain[start.end() :] if start else plain
        digits = re.sub(r"\D", "", rest.replace("(0)", "") if start else rest)
        international = start is not None and bool(digits or plain == "+")
        if not digits and not international and (given or operator == "eq"):
            return False
        wanted = f"+{digits}" if international else re.sub(r"\D", "", plain)
        if international and operator == "eq":
            wanted = to_e164(f"+{rest}", None) or wanted
        value = to_e164(value, row["country"]) if international else re.sub("[^0-9]", "", value)
        if value is None:
            return False
    else:
        forms = {TextForm.EMAIL: normalize_email, TextForm.CODE: str.upper, TextForm.FOLDED: fold_text}
        wanted, value = forms[column.form](given), forms[column.form](value)
        if column.form is TextForm.EMAIL and operator != "eq" and "@" not in given:
            local = given.lower()
            return value.startswith(local) if operator == "startsWith" else local in value or wanted in value
    match operator:
        case "eq":
            return value == wanted
        case "startsWith":
            return value.startswith(wanted)
        case _:
            return wanted in value
