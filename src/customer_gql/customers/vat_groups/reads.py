"""What is known of the VAT numbers of customers, read for the rule."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import and_, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on

from customer_gql.core.ids import encode_id
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.history.tables import customer_event
from customer_gql.customers.profile.tables import customer
from customer_gql.customers.vat.reads import is_of_present_number
from customer_gql.customers.vat.tables import VatResult, VatSource, vat_check
from customer_gql.database.distribution.of_customers import IsOne, compile_of_customers
from customer_gql.database.statements import AnySelect, Connection, Row, equals_any, fetch_rows
from customer_gql.shop.settings.reads import select_value_at

from .settings import AUTOMATIC_GROUP

_GROUP_AFTER: Final = func.jsonb_extract_path_text(
    customer_event.c.changes, literal_column("'groupId'"), literal_column("'1'")
)
GROUP_DECIDED: Final = "VAT_GROUP_DECIDED"
"""The kind of history of a group that the rule chose, or ended."""


def _select_states(is_one: IsOne) -> AnySelect:
    newest = (
        select(vat_check.c.customer_id, vat_check.c.address_id, func.max(vat_check.c.id).label("id"))
        .join(address, is_of_present_number(address))
        .where(is_one(vat_check.c.customer_id))
        .group_by(vat_check.c.customer_id, vat_check.c.address_id)
        .subquery("newest")
    )
    return (
        select(
            customer.c.id,
            customer.c.website_id,
            customer.c.created_in_store_view_id,
            customer.c.customer_type,
            customer.c.group_id,
            customer.c.is_automatic_group_change_disabled,
            select_value_at(
                AUTOMATIC_GROUP, website_id=customer.c.website_id, store_view_id=customer.c.created_in_store_view_id
            ).label("is_automatic"),
            address.c.id.label("address_id"),
            address.c.country_code,
            address.c.vat_number,
            address.c.is_default_billing,
            address.c.is_default_shipping,
            vat_check.c.result,
            vat_check.c.source,
            vat_check.c.number,
        )
        .select_from(
            customer.outerjoin(address, and_(address.c.customer_id == customer.c.id, address.c.vat_number.is_not(None)))
            .outerjoin(newest, and_(newest.c.customer_id == address.c.customer_id, newest.c.address_id == address.c.id))
            .outerjoin(vat_check, and_(vat_check.c.customer_id == newest.c.customer_id, vat_check.c.id == newest.c.id))
        )
        .where(is_one(customer.c.id))
        .order_by(customer.c.id, address.c.id)
    )


_STATES: Final = compile_of_customers(_select_states)


async def read_states(connection: Connection, customer_ids: Sequence[int]) -> list[Row]:
    """A row for each address with a VAT number, and one for a customer without any; with the newest check of the number."""
    return await _STATES.fetch_rows(connection, customer_ids)


async def find_numbers_valid_before(connection: Connection, customer_ids: Sequence[int]) -> set[tuple[int, str]]:
    """The numbers of these customers that were valid by the last answer of VIES."""
    answered = [VatResult.VALID.value, VatResult.INVALID.value]
    rows = await fetch_rows(
        connection,
        select(vat_check.c.customer_id, vat_check.c.number, vat_check.c.result)
        .ext(distinct_on(vat_check.c.customer_id, vat_check.c.number))
        .where(
            equals_any(vat_check.c.customer_id, list(customer_ids)),
            vat_check.c.source == VatSource.VIES.value,
            equals_any(vat_check.c.result, answered),
        )
        .order_by(vat_check.c.customer_id, vat_check.c.number, vat_check.c.id.desc()),
    )
    return {(row.customer_id, row.number) for row in rows if row.result == VatResult.VALID.value}


async def find_members_by_rule(connection: Connection, groups: Mapping[int, int]) -> tuple[list[int], list[int]]:
    """Those of the customers, each with the present group, that the rule has put into it; and those whose history
    does not tell any more, because it is not kept for as long as checks are."""
    entries = await fetch_rows(
        connection,
        select(customer_event.c.customer_id, _GROUP_AFTER.label("group_after"))
        .ext(distinct_on(customer_event.c.customer_id))
        .where(
            equals_any(customer_event.c.customer_id, sorted(groups)),
            customer_event.c.kind == GROUP_DECIDED,
        )
        .order_by(customer_event.c.customer_id, customer_event.c.id.desc()),
    )
    untold = sorted(groups.keys() - {row.customer_id for row in entries})
    members = [row.customer_id for row in entries if row.group_after == encode_id("grp", groups[row.customer_id])]
    return members, await _find_forgotten(connection, untold)


async def _find_forgotten(connection: Connection, customer_ids: Sequence[int]) -> list[int]:
    """Those with a check that is older than whatever the history still has: every check follows an entry."""
    before = (customer_event.c.customer_id == vat_check.c.customer_id, customer_event.c.id < vat_check.c.id)
    forgotten = select(vat_check.c.customer_id).where(
        equals_any(vat_check.c.customer_id, list(customer_ids)), ~select(customer_event.c.id).where(*before).exists()
    )
    return [row.customer_id for row in await fetch_rows(connection, forgotten.distinct())] if customer_ids else []
