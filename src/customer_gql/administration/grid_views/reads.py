from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select

from customer_gql.core.actor import Actor
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Sort
from customer_gql.loading.reads import one_by

from .tables import ViewOwner, grid_view, grid_view_default

_of_staff = case((grid_view.c.owner_kind == ViewOwner.STAFF.value, grid_view.c.owner_id))
_VIEW = select(grid_view, _of_staff.label("owner_staff_id"))

views_by_id = one_by(_VIEW, grid_view.c.id)
view_list = RootList(_VIEW, [Sort("NAME", (grid_view.c.name_sort_key, grid_view.c.id))])
defaults_by_owner = one_by(
    select(grid_view_default),
    grid_view_default.c.grid,
    grid_view_default.c.owner_kind,
    grid_view_default.c.owner_id,
)


def visible_views(grid: str, actor: Actor) -> list[ColumnElement[bool]]:
    """The views of a grid that somebody sees: their own, and those that are shared."""
    own = and_(grid_view.c.owner_kind == actor.kind.value, grid_view.c.owner_id == actor.id)
    return [grid_view.c.grid == grid, or_(grid_view.c.is_shared, own)]


def is_visible_view(view: Any, actor: Actor) -> bool:
    return view.is_shared or is_own_view(view, actor)


def is_own_view(view: Any, actor: Actor) -> bool:
    return (view.owner_kind, view.owner_id) == (actor.kind.value, actor.id)
