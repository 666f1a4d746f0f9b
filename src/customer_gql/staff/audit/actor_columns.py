"""Columns that every grid of a history has: who caused an entry."""

import enum
from typing import Any

from sqlalchemy import ColumnElement, Table

from customer_gql.loading.grids.columns import ColumnType, GridColumn
from customer_gql.loading.grids.entries import plain_column, reference_column
from customer_gql.security.audit import key_of_staff
from customer_gql.staff.tables import staff_user


def actor_column(
    title: str, description: str, history: Table, actors: type[enum.Enum], *, over: tuple[str, ...]
) -> GridColumn:
    """The kind of identity that caused an entry."""
    return plain_column(
        "actor",
        title,
        description,
        ColumnType.ENUM,
        history.c.actor,
        choices=actors,
        over=over,
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    )


def staff_column(description: str, history: Table, **given: Any) -> GridColumn:
    """The staff user who caused an entry; empty for other actors."""
    return staff_reference_column("staff", "Staff user", description, key_of_staff(history), is_default=True, **given)


def staff_reference_column(
    key: str, title: str, description: str, staff_id: ColumnElement[Any], **given: Any
) -> GridColumn:
    return reference_column(key, title, description, staff_id, "stf", staff_user, is_facetable=True, **given)
