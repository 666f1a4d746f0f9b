"""What is kept of accounts that were deleted (docs/domain/account-deletion.md#account-deletion-3)."""

from typing import Final

from sqlalchemy import select

from customer_gql.customers.profile.tables import deleted_customer
from customer_gql.loading.reads import one_by
from customer_gql.security.audit import select_staff

DELETED_CUSTOMER: Final = select(deleted_customer, select_staff(deleted_customer))

deleted_customers_by_id = one_by(DELETED_CUSTOMER, deleted_customer.c.customer_id)
