"""Samples of saved views for the tests that walk the whole graph: views of every grid, with every reference that one takes."""

from collections.abc import Iterator
from typing import Any

from customer_gql.administration.grid_views import operations
from customer_gql.administration.grid_views.tables import grid_view
from customer_gql.core.ids import encode_id, new_id
from customer_gql.loading.grids.columns import ColumnType, GridColumn
from support.access_walk import Ids, Sample
from support.calls import GROUP, TAX_CLASS, about, by_input
from support.customers import put
from support.staff import make_role, make_staff

CONTENT = {"customers": {"filter": {"orderCount": {"gte": 1}}}}
OPEN_TO_ALL = {
    "grp": lambda _: GROUP,
    "tax": lambda _: TAX_CLASS,
    "stf": lambda ids: ids.own("stf"),
    "prd": lambda ids: ids.by_prefix["prd"],
}
"""Groups, tax classes, products and the names of staff are for everybody to see."""

NOT_PERSONAL = {
    "GridView.name": "the name of a list",
    "GridView.search": "refused to those who may not use it",
    "GridView.columns": "names of columns",
    "GridViewProblem.path": "names of columns",
    "GridViewProblem.message": "about the column, and without its value",
}


def references() -> Iterator[tuple[str, GridColumn]]:
    for name, types in operations._GRIDS_BY_INPUT.items():
        for column in types.grid.columns.values():
            if column.type is ColumnType.ID and column.is_filterable:
                yield name, column


def content_of(name: str, column: GridColumn, ids: Ids) -> dict[str, Any]:
    prefix = column.id_prefix or ""
    id = OPEN_TO_ALL.get(prefix, lambda ids: ids[prefix])(ids)
    return {name: {"filter": {column.key: {"eq": id, "in": [id], "notIn": [id]}}}}


def created(name: str, column: GridColumn) -> Sample:
    return by_input(lambda ids: {"name": "Walk", "content": content_of(name, column, ids)})


def updated(name: str, column: GridColumn) -> Sample:
    is_open = column.id_prefix in OPEN_TO_ALL

    def make(ids: Ids) -> dict[str, Any]:
        return {"id": ids.own("gvw") if is_open else ids["gvw"], "content": content_of(name, column, ids)}

    return by_input(make)


CALLS = {
    "gridView": [lambda ids: {"id": ids["gvw"]}],
    "gridViews": [lambda _: {"grid": "CUSTOMERS"}],
    "gridViewCreate": [
        by_input(lambda _: {"name": "Walk", "content": CONTENT}),
        *[created(*one) for one in references()],
    ],
    "gridViewUpdate": [about("gvw", name="Walk"), *[updated(*one) for one in references()]],
    "gridViewDelete": [about("gvw")],
    "gridViewSetDefault": [by_input(lambda ids: {"grid": "CUSTOMERS", "viewId": ids["gvw"]})],
    "customers": [lambda ids: {"viewId": ids["gvw"]}],
}
UNRECORDED = dict.fromkeys(
    ("gridViewCreate", "gridViewUpdate", "gridViewDelete", "gridViewSetDefault"), "views are of staff, not of customers"
)


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    """A view that somebody of the customer's website keeps for themselves."""
    owner = await make_staff(connection, await make_role(connection, website_ids=[customer.website_id]))
    return {"gvw": await make_view(connection, owner.id, name="Kept", content='{"filter": {"number": {"gte": 0}}}')}


async def make_view(connection: Any, staff_id: int, **given: Any) -> str:
    """The id of a view of customers."""
    key = new_id()
    values = {"grid": "CUSTOMERS", "name": "Dormant", "is_shared": False, "content": "{}", **given}
    await put(connection, grid_view, id=key, owner_kind="STAFF", owner_id=staff_id, **values)
    return encode_id("gvw", key)
