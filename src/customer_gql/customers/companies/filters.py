"""The grid of companies, and what other reads share with it (docs/domain/companies.md#companies-3)."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, func, literal_column, select

from customer_gql.customers.profile.tables import Gender, customer
from customer_gql.loading.grids.columns import ColumnType, GridColumn, TextForm
from customer_gql.loading.grids.entries import folded, name_of, plain_column, reference_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.search import search_document
from customer_gql.shop.groups.tables import customer_group
from customer_gql.shop.websites.tables import website
from customer_gql.staff.tables import staff_user

from .tables import CompanyKind, CompanyStatus, company, company_member

_child = company.alias("child")


def _quoted(value: str) -> ColumnElement[Any]:
    return literal_column(f"'{value}'", Text())


KIND: Final[ColumnElement[Any]] = case(
    (company.c.parent_id.is_not(None), _quoted(CompanyKind.CHILD.value)),
    (exists().where(_child.c.parent_id == company.c.id).correlate(company), _quoted(CompanyKind.PARENT.value)),
    else_=_quoted(CompanyKind.COMPANY.value),
)
"""Whether a company is a parent or a child follows from the others (docs/domain/companies.md#companies-12)."""

COMPANY: Final[Any] = select(company, KIND.label("kind"))
"""A company, as every read of it gives it."""

_admin: Final = customer.alias("admin")
_admin_member: Final = company_member.alias("admin_member")
_parent: Final = company.alias("parent_company")
_of: Final = company.c
_is_pending: ColumnElement[bool] = _of.status == _quoted(CompanyStatus.PENDING.value)


def _company_text(key: str, title: str, description: str, column: str, **given: Any) -> GridColumn:
    return text_column(key, title, description, _of[column], over=(f"Company.{column}",), **given)


def _address_text(key: str, title: str, description: str, value: ColumnElement[Any]) -> GridColumn:
    return text_column(key, title, f"{description} of the legal address.", value)


_PROFILE_COLUMNS: Final = (
    plain_column(
        "number",
        "ID",
        "Number of the company.",
        ColumnType.INTEGER,
        _of.number,
        over=("Company.number",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
        is_indexed=True,
    ),
    plain_column(
        "name",
        "Company name",
        "Name of the company.",
        ColumnType.STRING,
        _of.name,
        compared=folded(_of.name),
        sorted_by=_of.name_sort_key,
        over=("Company.name",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
    ),
    plain_column(
        "kind",
        "Company type",
        "Whether the company has a parent, or children.",
        ColumnType.ENUM,
        KIND,
        choices=CompanyKind,
        over=("Company.kind",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    plain_column(
        "parent",
        "Parent",
        "The parent company.",
        ColumnType.ID,
        _of.parent_id,
        id_prefix="com",
        sql_label=name_of(company),
        is_sortable=False,
        is_default=True,
        is_searched=True,
        is_facetable=True,
    ),
    plain_column(
        "email",
        "Company e-mail",
        "E-mail address of the company.",
        ColumnType.STRING,
        _of.email,
        compared=func.lower(_of.email, type_=Text(collation="C")),
        form=TextForm.EMAIL,
        over=("Company.email",),
        is_never_empty=True,
        is_default=True,
    ),
    text_column("telephone", "Telephone", "Telephone number of the company.", _of.telephone, is_default=True),
    plain_column(
        "countryCode",
        "Country",
        "Country of the legal address.",
        ColumnType.STRING,
        _of.country_code,
        form=TextForm.CODE,
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    _address_text("region", "State", "State or province", _of.region),
    _address_text("city", "City", "City", _of.city),
    _address_text("street", "Street", "Street", func.array_to_string(_of.street, ", ")),
    _address_text("postcode", "ZIP", "Postal code", _of.postcode),
    reference_column(
        "group",
        "Customer group",
        "Customer group of the members.",
        _of.group_id,
        "grp",
        customer_group,
        is_default=True,
        is_facetable=True,
    ),
    plain_column(
        "status",
        "Status",
        "State of the company.",
        ColumnType.ENUM,
        _of.status,
        choices=CompanyStatus,
        over=("Company.status",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    plain_column(
        "isPending",
        "Waits for a decision",
        "Whether the company waits for staff to activate or reject it.",
        ColumnType.BOOLEAN,
        _is_pending,
        is_never_empty=True,
        is_facetable=True,
    ),
    _company_text("legalName", "Legal name", "Name under which the company is registered.", "legal_name"),
    _company_text("vatNumber", "VAT/tax ID", "VAT number or tax number.", "vat_number"),
    _company_text("resellerId", "Reseller ID", "Number as a reseller.", "reseller_id"),
    _company_text("externalId", "External ID", "Key of the company in another program.", "external_id"),
    _company_text("comment", "Comment", "Comment of staff.", "comment"),
    reference_column(
        "website", "Website", "Website of the company.", _of.website_id, "web", website, is_facetable=True
    ),
    reference_column(
        "salesRepresentative",
        "Sales representative",
        "Staff user who looks after the company.",
        _of.sales_representative_id,
        "stf",
        staff_user,
        is_facetable=True,
    ),
    plain_column(
        "createdAt",
        "Created",
        "Time at which the company was created or requested.",
        ColumnType.DATE_TIME,
        _of.created_at,
        over=("Company.created_at",),
        is_never_empty=True,
    ),
)
_ADMIN_COLUMNS: Final = (
    plain_column(
        "adminName",
        "Company admin",
        "Name of the admin; sorted by the last name.",
        ColumnType.STRING,
        func.concat_ws(" ", _admin.c.first_name, _admin.c.last_name, type_=Text()),
        compared=folded(func.concat_ws(" ", _admin.c.first_name, _admin.c.last_name)),
        sorted_by=_admin.c.name_sort_key,
        over=("CompanyMember.first_name", "CompanyMember.last_name"),
        is_never_empty=True,
        is_default=True,
    ),
    text_column(
        "adminJobTitle",
        "Job title",
        "Job title of the admin.",
        _admin_member.c.job_title,
        over=("CompanyMember.job_title",),
        is_default=True,
    ),
    plain_column(
        "adminEmail",
        "E-mail",
        "E-mail address of the admin.",
        ColumnType.STRING,
        _admin.c.email,
        compared=func.lower(_admin.c.email, type_=Text(collation="C")),
        form=TextForm.EMAIL,
        over=("CompanyMember.email",),
        is_never_empty=True,
        is_default=True,
    ),
    plain_column(
        "adminGender",
        "Gender",
        "Gender of the admin.",
        ColumnType.ENUM,
        _admin.c.gender,
        choices=Gender,
        over=("Customer.gender",),
        is_facetable=True,
    ),
)

COMPANIES: Final = Grid(
    name="COMPANIES",
    title="companies",
    list_name="company",
    nodes=COMPANY,
    node_key=(_of.id,),
    source=company.join(_admin, _admin.c.id == _of.admin_customer_id)
    .join(
        _admin_member,
        and_(_admin_member.c.customer_id == _of.admin_customer_id, _admin_member.c.company_id == _of.id),
    )
    .outerjoin(_parent, _parent.c.id == _of.parent_id),
    key=(_of.id,),
    columns=columns_by_key(*_PROFILE_COLUMNS, *_ADMIN_COLUMNS),
    default_sort=SortBy("IS_PENDING", is_descending=True),
    website=_of.website_id,
    document=search_document(words=(folded(_of.name), folded(_parent.c.name)), exact=[cast(_of.number, Text())]),
)
