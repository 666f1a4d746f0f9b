"""Leaves as JSON: SQL that prints what the reference executor prints for a column, or refuses it.

What the database has a type for that is not listed here is not written at all: a plan reads it.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInt,
    GraphQLLeafType,
)
from sqlalchemy import ARRAY, Boolean, Date, DateTime, Integer, String
from sqlalchemy.types import TypeEngine

from customer_gql.execution.plans.generated.leaves import TIMES, UNCHANGED
from customer_gql.graph.access.guards import MASK

from .json_sql import NULL_SQL, REFUSED_SQL, NotWritable, absent_sql, quote_text


class SqlColumn(NamedTuple):
    """An expression of SQL that reads a column, and its type."""

    sql: str
    type: TypeEngine[Any]


def write_leaf(leaf: GraphQLLeafType, column: SqlColumn, *, nullable: bool) -> str:
    """An expression that is never null. Raises `NotWritable`."""
    if isinstance(leaf, GraphQLEnumType):
        return _write_enum(leaf, column, nullable=nullable)
    write = _choose_writer(leaf, column.type)
    if write is None:
        raise NotWritable
    return write(column.sql, nullable=nullable)


def _choose_writer(leaf: GraphQLLeafType, stored: TypeEngine[Any]) -> Callable[..., str] | None:
    kind = TIMES.get(leaf.coerce_output_value)
    if isinstance(stored, String) and _is_text(leaf):
        return write_text
    if isinstance(stored, Integer) and leaf is GraphQLInt:
        return _write_integer
    if isinstance(stored, Boolean) and leaf is GraphQLBoolean:
        return _write_flag
    if isinstance(stored, DateTime) and stored.timezone and kind is dt.datetime:
        return write_instant
    return _write_date if isinstance(stored, Date) and kind is dt.date else None


def write_text(text: str, *, nullable: bool) -> str:
    """`orjson` and PostgreSQL escape the same characters alike."""
    return f"coalesce(to_json({text})::text, {absent_sql(nullable=nullable)})"


def write_masked_leaf(leaf: GraphQLLeafType, column: SqlColumn, *, nullable: bool) -> str:
    """A personal text, for viewers who may not see it."""
    if not _is_text(leaf) or not isinstance(column.type, String):
        raise NotWritable
    return write_text(_mask_text(column.sql), nullable=nullable)


def write_list(
    leaf: GraphQLLeafType, column: SqlColumn, *, nullable: bool, item_nullable: bool, is_masked: bool
) -> str:
    """A list of texts, which is an array of the database."""
    if not _is_text(leaf) or not isinstance(column.type, ARRAY) or not isinstance(column.type.item_type, String):
        raise NotWritable
    array = column.sql
    if is_masked:
        array = f"ARRAY(SELECT {_mask_text('item')} FROM unnest({column.sql}) WITH ORDINALITY AS items(item, place) ORDER BY place)"
        array = f"CASE WHEN {column.sql} IS NOT NULL THEN {array} END"
    written = f"coalesce(to_json({array})::text, {absent_sql(nullable=nullable)})"
    if item_nullable:
        return written
    return f"CASE WHEN array_position({column.sql}, NULL) IS NULL THEN {written} ELSE {REFUSED_SQL} END"


def write_instant(column: str, *, nullable: bool) -> str:
    """As Python prints it: six digits of a second's fraction, or none."""
    text = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
    written = f"concat('\"', replace({text}, '.000000', ''), '+00:00\"')"
    return _write_within(column, "'0001-01-02 00:00Z'", "'9999-12-31 00:00Z'", written, nullable=nullable)


def _write_date(column: str, *, nullable: bool) -> str:
    return _write_within(column, "'0001-01-01'", "'9999-12-31'", f"to_json({column})::text", nullable=nullable)


def _write_integer(column: str, *, nullable: bool) -> str:
    return _write_within(column, GRAPHQL_MIN_INT, GRAPHQL_MAX_INT, f"{column}::text", nullable=nullable)


def _write_within(column: str, least: Any, most: Any, written: str, *, nullable: bool) -> str:
    absent = f"WHEN {column} IS NULL THEN {NULL_SQL} " if nullable else ""
    return f"CASE WHEN {column} BETWEEN {least} AND {most} THEN {written} {absent}ELSE {REFUSED_SQL} END"


def _write_flag(column: str, *, nullable: bool) -> str:
    return f"CASE {column} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' ELSE {absent_sql(nullable=nullable)} END"


def _write_enum(leaf: GraphQLEnumType, column: SqlColumn, *, nullable: bool) -> str:
    """Names by value, as the plan looks them up; an unknown value is refused."""
    stored = [(value.value, name) for name, value in leaf.values.items() if isinstance(value.value, str)]
    if not isinstance(column.type, String) or len(stored) < len(leaf.values):
        raise NotWritable
    absent = f"WHEN {column.sql} IS NULL THEN {NULL_SQL} " if nullable else ""
    if all(value == name for value, name in stored):
        known = ", ".join(quote_text(value) for value, _ in stored)
        written = f"WHEN {column.sql} IN ({known}) THEN concat('\"', {column.sql}, '\"') "
    else:
        shown = [(quote_text(value), quote_text('"' + name + '"')) for value, name in stored]
        written = "".join(f"WHEN {column.sql} = {value} THEN {name} " for value, name in shown)
    return f"CASE {written}{absent}ELSE {REFUSED_SQL} END"


def _mask_text(text: str) -> str:
    """The same as `mask_value`."""
    return f"left({text}, 1) || CASE WHEN position('@' in {text}) > 0 THEN '{MASK}@{MASK}' ELSE '{MASK}' END"


def _is_text(leaf: GraphQLLeafType) -> bool:
    return UNCHANGED.get(leaf) is str or (leaf.coerce_output_value is str and leaf.name != "Decimal")
