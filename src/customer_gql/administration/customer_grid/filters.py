"""The grid of customers. A column is one entry of a module in `columns` (docs/domain/grid.md#grid-9)."""

from typing import Final

from customer_gql.customers.profile.reads import CUSTOMER, customer_list
from customer_gql.customers.profile.tables import customer
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy

from .columns.account import ACCOUNT_COLUMNS
from .columns.activity import ACTIVITY_COLUMNS
from .columns.addresses import ADDRESS_COLUMNS
from .tables import customer_grid_row

CUSTOMERS: Final = Grid(
    name="CUSTOMERS",
    title="customers",
    list_name="customer",
    nodes=CUSTOMER,
    node_key=(customer.c.id,),
    source=customer_grid_row,
    key=(customer_grid_row.c.customer_id,),
    columns=columns_by_key(*ACCOUNT_COLUMNS, *ADDRESS_COLUMNS, *ACTIVITY_COLUMNS),
    default_sort=SortBy("NUMBER", is_descending=True),
    website=customer_grid_row.c.website_id,
    whole=customer_list,
    document=customer_grid_row.c.document,
    is_search_indexed=True,
)
