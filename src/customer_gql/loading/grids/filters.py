"""Filters: trees of operators by column, checked and made into one condition (docs/domain/grid.md#grid-3).

A tree is a mapping as the graph has it: `{"and": [{"email": {"eq": "a@example.com"}}, {"not": {…}}]}`, with values that the
graph has coerced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, or_

from customer_gql.core.errors import BadInput, RuleError
from customer_gql.core.money import parse_decimal
from customer_gql.core.text import find_text_fault, to_capital_letters

from .columns import ATTRIBUTES, ColumnType, GridColumn, attribute_key
from .operators import MONEY_SIGNS, NEVER_INDEXED, OPERATORS, Condition, compare_money, is_not_true
from .refusals import (
    AMOUNT_MISSING,
    ATTRIBUTE_MEMBER,
    ATTRIBUTE_NOT_COMPARED,
    ATTRIBUTE_UNKNOWN,
    NULL_COMPARED,
    TOO_DEEP,
    TOO_MANY_CLAUSES,
    TOO_MANY_VALUES,
    BadQuestion,
    bad_question,
)

MAX_DEPTH: Final = 5
MAX_CLAUSES: Final = 60
MAX_VALUES: Final = 500
LOGIC: Final = ("and", "or", "not")
FilterTree = Mapping[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FilterClause:
    """One operator of a filter, with its place in it."""

    path: Path
    column: GridColumn
    operator: str
    condition: Condition
    is_indexed: bool


@dataclass(frozen=True, slots=True, eq=False)
class CompiledFilter:
    """The condition of a filter, None where it matches every row, and its clauses in the order they are written."""

    condition: Condition | None
    clauses: tuple[FilterClause, ...]
    is_indexed: bool

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(clause.column.key for clause in self.clauses)


NO_FILTER: Final = CompiledFilter(None, (), is_indexed=False)


def compile_filter(
    columns: Mapping[str, GridColumn], tree: FilterTree | None, argument: str = "filter"
) -> CompiledFilter:
    """Raises `BadInput` with the path of what is wrong."""
    if tree is None:
        return NO_FILTER
    compiler = _FilterCompiler(columns)
    condition, is_indexed = compiler.compile(tree, (argument,), 1)
    return CompiledFilter(condition, tuple(compiler.clauses), is_indexed)


def join_filters(first: CompiledFilter, second: CompiledFilter) -> CompiledFilter:
    """Both hold."""
    parts = [(part.condition, part.is_indexed) for part in (first, second)]
    condition, is_indexed = _join_all(parts)
    return CompiledFilter(condition, (*first.clauses, *second.clauses), is_indexed)


def used_columns(tree: FilterTree | None) -> frozenset[str]:
    """The keys of columns that a filter uses, whether or not it is valid: what a viewer may not use is refused first."""
    if not isinstance(tree, Mapping):
        return frozenset()
    used: set[str] = set()
    for key, value in tree.items():
        if key in LOGIC:
            parts: list[Any] = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
            used.update(*map(used_columns, parts))
        elif key == ATTRIBUTES:
            used.update(map(attribute_key, named_attributes(value)))
        else:
            used.add(key)
    return frozenset(used)


def named_attributes(entries: Any) -> list[str]:
    """The codes that the entries of `attributes` name."""
    listed: list[Any] = entries if isinstance(entries, list) else []  # pyright: ignore[reportUnknownVariableType]
    codes: list[Any] = [one.get("code") for one in listed if isinstance(one, Mapping)]  # pyright: ignore
    return [code for code in codes if isinstance(code, str)]


def refuse(path: Sequence[str], message: str) -> BadInput:
    return BadInput(f"{'.'.join(path)}: {message}", argument=list(path))


class _FilterCompiler:
    """Compiles one filter, and counts what has a limit."""

    def __init__(self, columns: Mapping[str, GridColumn]) -> None:
        self._columns = columns
        self.clauses: list[FilterClause] = []
        self._parts = 0
        self._values = 0
        self._negations = 0

    def compile(self, tree: FilterTree, path: Path, depth: int) -> tuple[Condition | None, bool]:
        """The condition, None for one that is always true, and whether an index finds what it matches."""
        if depth > MAX_DEPTH:
            raise bad_question(TOO_DEEP, path, limit=MAX_DEPTH)
        self._count_part(path)
        found = [self._compile_entry(key, value, (*path, key), depth) for key, value in tree.items()]
        return _join_all(found)

    def _compile_entry(self, key: str, value: Any, path: Path, depth: int) -> tuple[Condition | None, bool]:
        if value is None:
            raise bad_question(NULL_COMPARED, path)
        if key in ("and", "or"):
            parts = [self.compile(part, (*path, str(i)), depth + 1) for i, part in enumerate(value)]
            return _join_all(parts) if key == "and" else _join_any(parts)
        if key == "not":
            self._negations += 1
            condition, _ = self.compile(value, path, depth + 1)
            self._negations -= 1
            return (false() if condition is None else is_not_true(condition)), False
        if key == ATTRIBUTES:
            return _join_all([self._compile_attribute(one, (*path, str(i))) for i, one in enumerate(value)])
        column = self._columns.get(key)
        if column is None or not column.is_filterable:
            raise refuse(path, "there is no such column to filter by.")
        return self._compile_column(column, value, path)

    def _compile_attribute(self, given: FilterTree, path: Path) -> tuple[Condition | None, bool]:
        """What is compared with a column that the shop added. One that says nothing is refused: it would match every row."""
        self._count_part(path)
        column = self._columns.get(attribute_key(given["code"]))
        if column is None or not column.is_filterable:
            raise bad_question(ATTRIBUTE_UNKNOWN, (*path, "code"))
        for name in given:
            if name not in {"code", column.member}:
                raise bad_question(ATTRIBUTE_MEMBER, (*path, name), member=column.member)
        compared = given.get(column.member or "")
        if not compared:
            raise bad_question(ATTRIBUTE_NOT_COMPARED, path, member=column.member)
        return self._compile_column(column, compared, (*path, str(column.member)))

    def _compile_column(self, column: GridColumn, given: FilterTree, path: Path) -> tuple[Condition | None, bool]:
        if column.type is ColumnType.MONEY:
            return self._compile_money(column, given, path)
        operators = OPERATORS[column.type] if column.operators is None else column.operators
        parts: list[tuple[Condition | None, bool]] = []
        for name, value in given.items():
            if name not in operators:
                raise refuse((*path, name), "there is no such operator.")
            self._check_value(value, (*path, name))
            try:
                condition = operators[name](column, value)
            except RuleError as refused:
                raise BadQuestion(refused.at((*path, name))) from None
            except BadInput as error:
                raise refuse((*path, name), error.message) from None
            parts.append(self._add_clause(column, name, condition, (*path, name)))
        return _join_all(parts)

    def _compile_money(self, column: GridColumn, given: FilterTree, path: Path) -> tuple[Condition | None, bool]:
        currency: Any = given.get("currency")
        if not isinstance(currency, str):
            raise refuse((*path, "currency"), "name the currency of the amounts.")
        self._check_value(currency, (*path, "currency"))
        currency = to_capital_letters(currency)
        if len(given) == 1:
            raise bad_question(AMOUNT_MISSING, path, operators=list(MONEY_SIGNS))
        parts: list[tuple[Condition | None, bool]] = []
        for name, amount in given.items():
            if name == "currency":
                continue
            if name not in MONEY_SIGNS:
                raise refuse((*path, name), "there is no such operator.")
            self._check_value(amount, (*path, name))
            exact = amount if isinstance(amount, Decimal) else parse_decimal(str(amount))
            condition = compare_money(column, MONEY_SIGNS[name], exact, currency)
            parts.append(self._add_clause(column, name, condition, (*path, name)))
        return _join_all(parts)

    def _add_clause(
        self, column: GridColumn, name: str, condition: Condition, path: Path
    ) -> tuple[Condition | None, bool]:
        if self.clauses and len(self.clauses) >= MAX_CLAUSES:
            raise bad_question(TOO_MANY_CLAUSES, path, limit=MAX_CLAUSES)
        is_indexed = column.is_indexed and name not in NEVER_INDEXED and not self._negations
        self.clauses.append(FilterClause(path, column, name, condition, is_indexed))
        return condition, is_indexed

    def _count_part(self, path: Path) -> None:
        self._parts += 1
        if self._parts > 2 * MAX_CLAUSES:
            raise bad_question(TOO_MANY_CLAUSES, path, limit=MAX_CLAUSES)

    def _check_value(self, value: Any, path: Path) -> None:
        if value is None:
            raise bad_question(NULL_COMPARED, path)
        values: list[Any] = value if isinstance(value, list) else [value]  # pyright: ignore
        self._values += len(values)
        if self._values > MAX_VALUES:
            raise bad_question(TOO_MANY_VALUES, path, limit=MAX_VALUES)
        for one in values:
            if one is None:
                raise bad_question(NULL_COMPARED, path)
            fault = find_text_fault(one) if isinstance(one, str) else None
            if fault is not None:
                raise refuse(path, fault)
            if getattr(one, "tzinfo", True) is None:
                raise refuse(path, "a time needs its zone.")


def _join_all(parts: Sequence[tuple[Condition | None, bool]]) -> tuple[Condition | None, bool]:
    conditions = [condition for condition, _ in parts if condition is not None]
    is_indexed = any(is_indexed for _, is_indexed in parts)
    return (and_(*conditions) if conditions else None), is_indexed


def _join_any(parts: Sequence[tuple[Condition | None, bool]]) -> tuple[Condition | None, bool]:
    if not parts:
        return false(), True
    if any(condition is None for condition, _ in parts):
        return None, False
    conditions: list[ColumnElement[bool]] = [condition for condition, _ in parts if condition is not None]
    return or_(*conditions), all(is_indexed for _, is_indexed in parts)
