"""What decides whether a mutation of a customer would be refused: one row for each customer (docs/domain/capabilities.md#capabilities-2)."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Interval, func, literal_column, select

from customer_gql.administration.customer_editing.fields import SHOWN_FIELDS
from customer_gql.administration.customer_grid.quick_edit import QUICK_EDITED
from customer_gql.customers.accounts.recovery.settings import RESETS_PER_HOUR
from customer_gql.customers.accounts.sessions.settings import LOGIN_AS_CUSTOMER
from customer_gql.customers.accounts.tables import email_token, password_reset
from customer_gql.customers.addresses.settings import PER_CUSTOMER
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.companies.decisions import awaits_decision
from customer_gql.customers.profile.tables import customer
from customer_gql.customers.profile.values.births import BIRTH_DATE
from customer_gql.customers.tags.tables import customer_tag
from customer_gql.loading.reads import one_by
from customer_gql.shop.settings.reads import select_global_value, select_value_at

SHOWN: Final = {path: path.partition(".")[2] for path in (setting.path for setting in SHOWN_FIELDS.values())}
"""The column of a state with the value of a setting that says whether the website asks for a field, by its path."""
_HOUR_AGO: Final = func.now() - literal_column("interval '1 hour'", Interval())


def _count(table: Any, *where: ColumnElement[bool]) -> Any:
    counted = select(func.count()).select_from(table).where(table.c.customer_id == customer.c.id, *where)
    return counted.scalar_subquery()


STATES: Final = select(
    customer.c.id,
    customer.c.status,
    customer.c.website_id,
    customer.c.customer_type,
    customer.c.is_email_confirmed,
    customer.c.allows_remote_assistance,
    awaits_decision(customer.c.id).label("awaits_decision"),
    _count(address).label("address_count"),
    _count(address, address.c.is_default_billing).label("billing_count"),
    _count(address, address.c.vat_number.is_not(None)).label("vat_number_count"),
    _count(customer_tag).label("tag_count"),
    _count(password_reset, password_reset.c.created_at > _HOUR_AGO).label("reset_count"),
    _count(email_token, email_token.c.created_at > _HOUR_AGO).label("confirmation_count"),
    select_global_value(PER_CUSTOMER).label("address_limit"),
    select_global_value(LOGIN_AS_CUSTOMER).label("login_as_customer"),
    select_global_value(QUICK_EDITED).label("quick_edited"),
    select_value_at(
        RESETS_PER_HOUR, website_id=customer.c.website_id, store_view_id=customer.c.created_in_store_view_id
    ).label("reset_limit"),
    select_value_at(
        BIRTH_DATE, website_id=customer.c.website_id, store_view_id=customer.c.created_in_store_view_id
    ).label("birth_date"),
    *(
        select_value_at(
            setting, website_id=customer.c.website_id, store_view_id=customer.c.created_in_store_view_id
        ).label(SHOWN[setting.path])
        for setting in dict.fromkeys(SHOWN_FIELDS.values())
    ),
)
states_by_customer = one_by(STATES, customer.c.id)
