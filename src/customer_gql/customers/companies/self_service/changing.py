"""How a root of the storefront changes a company, and the ids in its input."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from customer_gql.core.actor import Actor, actor_of
from customer_gql.core.input_ids import parse_input_id, parse_input_keys
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.database.statements import Connection
from customer_gql.graph.context import Info

from .acting import ActingMember, act_for_company

NEEDS_ACTIVE: Final = "The company has to be active. Writes history and events."


def describe_needs(permission: CompanyPermission) -> str:
    return f"Permission in the company: `{permission}`; `FORBIDDEN` without it. {NEEDS_ACTIVE}"


class CompanyChange(NamedTuple):
    """A transaction in which a member acts."""

    connection: Connection
    acting: ActingMember
    by: Actor


@asynccontextmanager
async def change_company_of_viewer(
    info: Info, company_id: str | None, *needed: CompanyPermission, about: Collection[int] = ()
) -> AsyncGenerator[CompanyChange]:
    """The signed-in customer acts for the company, or for the primary one, in a change about these customers."""
    viewer, key = info.context.viewer, parse_company_id(company_id)
    assert viewer.customer_id is not None
    async with info.context.transaction() as connection:
        acting = await act_for_company(connection, viewer.customer_id, key, *needed, about=about)
        yield CompanyChange(connection, acting, actor_of(viewer))


def parse_company_id(id: str | None) -> int | None:
    return None if id is None else parse_input_id(id, "com", ["companyId"])


def parse_member_id(id: str, path: list[str]) -> tuple[int, int]:
    customer_id, key = parse_input_keys(id, "cmb", 2, path)
    return customer_id, key


def parse_node_id(id: str, path: list[str]) -> int:
    return parse_input_id(id, "ctm", path) if id.startswith("ctm_") else parse_member_id(id, path)[1]
