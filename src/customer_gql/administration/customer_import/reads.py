from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, ColumnElement, and_, bindparam, case, column, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.actor import Actor
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import one_by
from customer_gql.messaging.jobs.runs.tables import JobOwner

from .tables import customer_import, import_mapping, import_row

_of = customer_import.c
IMPORT: Final = select(
    customer_import,
    case((_of.actor == JobOwner.STAFF.value, _of.actor_id)).label("staff_id"),
    case((_of.actor == JobOwner.SERVICE.value, _of.actor_id)).label("service_id"),
)
imports_by_id = one_by(IMPORT, _of.id)
import_list = RootList(IMPORT, [Sort("NEWEST", (_of.created_at, _of.id), descending=True)])
mapping_list = RootList(select(import_mapping), [Sort("NAME", (import_mapping.c.name, import_mapping.c.id))])

_told = (
    func.jsonb_array_elements(import_row.c.problems)
    .table_valued(column("problem", JSONB), with_ordinality="place")
    .render_derived(name="told")
)
# One row for each problem: its place follows the line.
_problems: Any = (
    select(
        import_row.c.import_id,
        import_row.c.line,
        _told.c.place,
        _told.c.problem["column"].astext.label("column"),
        _told.c.problem["key"].astext.label("key"),
        _told.c.problem["params"].label("params"),
        _told.c.problem["value"].astext.label("value"),
        _told.c.problem["outcome"].astext.label("outcome"),
    )
    .select_from(import_row.join(_told, true()))
    .where(import_row.c.problems.is_not(None))
    .subquery("import_problem")
)
problems_by_import = Pages(
    select(_problems), _problems.c.import_id, sort=Sort("LINE", (_problems.c.line, _problems.c.place))
)


def visible_imports(by: Actor, viewer: Viewer) -> list[ColumnElement[bool]]:
    """As jobs: one's own, and with `jobs.manage` those of websites that the viewer reaches."""
    own = and_(_of.actor == by.kind.value, _of.actor_id == by.id)
    if Permission.JOBS_MANAGE not in viewer.permissions:
        return [own]
    if viewer.website_ids is None:
        return []
    reached: Any = bindparam(None, sorted(viewer.website_ids), type_=ARRAY(BigInteger()))
    return [or_(own, _of.website_ids.op("<@", is_comparison=True)(reached))]


def is_visible_import(imported: Any, by: Actor, viewer: Viewer) -> bool:
    if (imported.actor, imported.actor_id) == (by.kind.value, by.id):
        return True
    if Permission.JOBS_MANAGE not in viewer.permissions:
        return False
    if viewer.website_ids is None:
        return True
    return imported.website_ids is not None and viewer.website_ids.issuperset(imported.website_ids)
