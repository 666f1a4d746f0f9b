"""The grid of customers. A column is one entry of a module in `columns` (docs/domain/grid.md#grid-9)."""

from typing import Final

from customer_gql.administration.customer_changes.counts import CUSTOMER_COUNT
from customer_gql.customers.profile.reads import CUSTOMER, customer_list
from customer_gql.customers.profile.tables import customer
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.halves import GridHalves
from customer_gql.loading.grids.orders import SortBy

from .columns.account import ACCOUNT_COLUMNS
from .columns.activity import ACTIVITY_COLUMNS
from .columns.addresses import ADDRESS_COLUMNS
from .tables import customer_grid_row

_row, _account = customer_grid_row.c, customer.c
_HALVES: Final = GridHalves(
    customer_grid_row,
    customer,
    key={_row.customer_id: _account.id},
    shared={_row.number: _account.number, _row.website_id: _account.website_id},
)

CUSTOMERS: Final = Grid(
    name="CUSTOMERS",
    title="customers",
    list_name="customer",
    nodes=CUSTOMER,
    node_key=(_account.id,),
    source=_HALVES.joined,
    halves=_HALVES,
    key=(_row.customer_id,),
    columns=columns_by_key(*ACCOUNT_COLUMNS, *ADDRESS_COLUMNS, *ACTIVITY_COLUMNS),
    default_sort=SortBy("NUMBER", is_descending=True),
    website=_row.website_id,
    whole=customer_list,
    kept_count=CUSTOMER_COUNT,
    document=_row.document,
    is_search_indexed=True,
)
