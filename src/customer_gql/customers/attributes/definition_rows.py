"""The rows of a definition of an attribute besides its own, and how the history of staff tells a change of any of them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import orjson
from sqlalchemy import column, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import (
    Connection,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
    given_rows,
    insert_rows,
)

from .tables import attribute_label, attribute_option, attribute_option_label, attribute_website

_OPTION_COLUMNS: Final = ("attribute_id", "code", "place", "label", "is_default")
_given: Final = given_rows("rows", *[column(name, attribute_option.c[name].type) for name in _OPTION_COLUMNS])
_insert: Final = insert(attribute_option).from_select(
    list(_OPTION_COLUMNS), select(*[_given.c[name] for name in _OPTION_COLUMNS])
)
_UPSERT_OPTIONS: Final = compile_statement(
    _insert.on_conflict_do_update(
        index_elements=["attribute_id", "code"],
        set_={**{name: _insert.excluded[name] for name in ("place", "label", "is_default")}, "is_being_removed": False},
    )
)
CHILDREN: Final = ("labels", "websites", "options")
COLUMNS: Final[Mapping[str, str]] = {
    "label": "label",
    "sort_order": "sortOrder",
    "rules": "rules",
    "input_filter": "inputFilter",
    "forms": "forms",
    "is_grid_column": "isGridColumn",
    "is_grid_filter": "isGridFilter",
    "grid_filter_match": "gridFilterMatch",
    "is_searchable": "isSearchable",
    "is_segment_condition": "isSegmentCondition",
    "is_quick_editable": "isQuickEditable",
    "is_personal": "isPersonal",
    "is_required": "isRequired",
    "is_visible": "isVisible",
    "default_value": "defaultValue",
}
"""Columns that staff change, by their names in the graph."""


def describe_definition(before: Mapping[str, Any], values: Mapping[str, Any]) -> Changes:
    """What the history of staff has: fields of the input with the value before and after, those of lists each by itself."""
    changes: dict[str, tuple[Any, Any]] = {
        shown: (before.get(name), values[name])
        for name, shown in COLUMNS.items()
        if name in values and before.get(name) != values[name]
    }
    for name, show_key, show in _SHOWN_CHILDREN:
        if name in values:
            old, new = before[name], values[name]
            changes |= {
                f"{name}.{show_key(key)}": tuple(show(side[key]) if key in side else None for side in (old, new))
                for key in dict.fromkeys((*old, *new))
                if old.get(key) != new.get(key)
            }  # pyright: ignore[reportAssignmentType]
    return changes


def _show_option(one: Mapping[str, Any]) -> dict[str, Any]:
    labels = {encode_id("stv", id): label for id, label in one["labels"].items()}
    return {"label": one["label"], "labels": labels, "isDefault": one["is_default"], "place": one["place"]}


def _show_website(one: Mapping[str, Any]) -> dict[str, Any]:
    shown = ("is_required", "is_visible", "default_value")
    return {COLUMNS[name]: one[name] for name in shown}


_SHOWN_CHILDREN: Final[Sequence[tuple[str, Callable[[Any], str], Callable[[Any], Any]]]] = (
    ("labels", partial(encode_id, "stv"), str),
    ("websites", partial(encode_id, "web"), _show_website),
    ("options", str, _show_option),
)


async def store_children(
    connection: Connection, attribute_id: int, before: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    key = {"attribute_id": attribute_id}
    if "labels" in values and values["labels"] != before["labels"]:
        await _replace(connection, attribute_label, attribute_id)
        rows = [{**key, "store_view_id": id, "label": label} for id, label in values["labels"].items()]
        await insert_rows(connection, attribute_label, rows)
    if "websites" in values and values["websites"] != before["websites"]:
        await _replace(connection, attribute_website, attribute_id)
        await insert_rows(
            connection, attribute_website, [{**key, "website_id": id, **one} for id, one in values["websites"].items()]
        )
    if "options" in values:
        await _store_options(connection, attribute_id, before["options"], values["options"])


async def _replace(connection: Connection, table: Any, attribute_id: int) -> None:
    await execute_statement(connection, delete(table).where(table.c.attribute_id == attribute_id))


async def _store_options(
    connection: Connection, attribute_id: int, before: Mapping[str, Any], options: Mapping[str, Any]
) -> None:
    """Those that stay keep their rows, which values refer to; those that go are left to the caller."""
    changed = [code for code, one in options.items() if before.get(code) != one]
    labels = attribute_option_label
    if not changed:
        return
    rows = [{"attribute_id": attribute_id, "code": code, **_option_columns(options[code])} for code in changed]
    await execute_statement(connection, _UPSERT_OPTIONS, rows=orjson.dumps(rows).decode())
    of_changed = (labels.c.attribute_id == attribute_id, equals_any(labels.c.option_code, changed))
    await execute_statement(connection, delete(labels).where(*of_changed))
    told = [
        {"attribute_id": attribute_id, "option_code": code, "store_view_id": id, "label": label}
        for code in changed
        for id, label in options[code]["labels"].items()
    ]
    await insert_rows(connection, labels, told)


def _option_columns(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("place", "label", "is_default")}


async def mark_options(connection: Connection, attribute_id: int, codes: Sequence[str]) -> None:
    """From now on nobody can choose them. Those who are doing it finish first."""
    named = _named(attribute_id, codes)
    await fetch_rows(
        connection, select(attribute_option.c.code).where(*named).order_by(attribute_option.c.code).with_for_update()
    )
    marked = update(attribute_option).where(*named).values(is_being_removed=True)
    await execute_statement(connection, marked)


async def delete_options(connection: Connection, attribute_id: int, codes: Sequence[str]) -> None:
    """Options of which nothing is stored."""
    await execute_statement(connection, delete(attribute_option).where(*_named(attribute_id, codes)))


def _named(attribute_id: int, codes: Sequence[str]) -> tuple[Any, ...]:
    return attribute_option.c.attribute_id == attribute_id, equals_any(attribute_option.c.code, list(codes))
