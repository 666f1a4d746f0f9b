"""The grid of staff users (docs/domain/roles.md#roles-14)."""

from typing import Final

from sqlalchemy import select

from customer_gql.loading.grids.columns import ColumnType, GridColumn, TextForm
from customer_gql.loading.grids.entries import folded, plain_column, reference_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.search import search_document

from .tables import staff_role, staff_user

_user = staff_user.c
STAFF: Final = select(
    _user.id,
    _user.email,
    _user.name,
    _user.name_sort_key,
    _user.job_title,
    _user.role_id,
    _user.is_active,
    _user.version,
    _user.created_at,
    staff_role.c.name.label("role"),
    staff_role.c.website_ids,
).join(staff_role)

_COLUMNS: Final = (
    GridColumn(
        key="email",
        title="E-mail",
        description="Address the user signs in with.",
        type=ColumnType.STRING,
        form=TextForm.EMAIL,
        value=_user.email,
        over=("StaffUser.email",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
        is_indexed=True,
    ),
    text_column(
        "name",
        "Name",
        "Display name.",
        _user.name,
        sorted_by=_user.name_sort_key,
        over=("StaffUser.name",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
    ),
    text_column(
        "jobTitle",
        "Job title",
        "Job title.",
        _user.job_title,
        over=("StaffUser.job_title",),
        is_default=True,
        is_facetable=True,
        is_searched=True,
    ),
    text_column(
        "role",
        "Role",
        "Name of the role of the user.",
        staff_role.c.name,
        sorted_by=staff_role.c.name_sort_key,
        over=("StaffUser.role",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
        is_searched=True,
    ),
    reference_column(
        "assignedRole",
        "Role",
        "Role of the user.",
        _user.role_id,
        "rol",
        staff_role,
        over=("StaffUser.assigned_role",),
        is_never_empty=True,
        is_facetable=True,
    ),
    plain_column(
        "isActive",
        "Active",
        "Whether the user may sign in.",
        ColumnType.BOOLEAN,
        _user.is_active,
        over=("StaffUser.is_active",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    plain_column(
        "version",
        "Version",
        "Version of the user.",
        ColumnType.INTEGER,
        _user.version,
        over=("StaffUser.version",),
        is_never_empty=True,
    ),
    plain_column(
        "createdAt",
        "Created",
        "Time at which the user was created.",
        ColumnType.DATE_TIME,
        _user.created_at,
        over=("StaffUser.created_at",),
        is_never_empty=True,
        is_default=True,
    ),
)
STAFF_USERS: Final = Grid(
    name="STAFF_USERS",
    title="staff users",
    list_name="staff_user",
    nodes=STAFF,
    node_key=(_user.id,),
    source=staff_user.join(staff_role),
    key=(_user.id,),
    columns=columns_by_key(*_COLUMNS),
    default_sort=SortBy("EMAIL"),
    websites=staff_role.c.website_ids,
    document=search_document(
        words=(folded(_user.name), folded(_user.job_title), folded(staff_role.c.name)), emails=(_user.email,)
    ),
)
