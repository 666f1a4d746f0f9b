from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

import asyncpg
import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import encode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import Connection
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, admin_mutation

from .inputs import EXCEPT_DESCRIPTION, GRID, SEARCH_DESCRIPTION, CustomerSelection, choose_customers
from .reads import selections_by_id
from .shown_selections import SELECTION_SECONDS, SelectionType, too_slow
from .writes import MAX_SELECTIONS, NOT_SELECTED_AGAIN, create_selection, delete_selection

_SEARCH: Final = SEARCH_DESCRIPTION.format(list="customers")
_EXCEPT: Final = EXCEPT_DESCRIPTION.format(records="customers")


@asynccontextmanager
async def long_transaction(context: Context) -> AsyncGenerator[Connection]:
    """A transaction whose statements may take longer than lists may. To wait for a connection is no fault of theirs."""
    async with context.transaction() as connection:
        await connection.execute(f"SET LOCAL statement_timeout = '{SELECTION_SECONDS}s'")
        try:
            yield connection
        except (asyncpg.QueryCanceledError, TimeoutError):
            raise too_slow("selection") from None


@strawberry.input(description="Customers to select.")
class CustomerSelectionCreateInput:
    selection: CustomerSelection = column("How they are selected; not by another selection.")
    search: str | None = strawberry.field(description=_SEARCH, default=None)
    except_ids: list[strawberry.ID] | None = strawberry.field(description=_EXCEPT, default=None)


@strawberry.input(description="The selection to delete.")
class SelectionDeleteInput:
    id: strawberry.ID = column("Id of the selection.")


@strawberry.type(description="Result of `customerSelectionCreate`.")
class CustomerSelectionCreatePayload(Payload):
    selection_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=SelectionType | None, description="The selection; null when refused.")
    async def selection(self, info: Info) -> Any:
        return None if self.selection_key is None else await info.context.load(selections_by_id, self.selection_key)


@strawberry.type(description="Result of `selectionDelete`.")
class SelectionDeletePayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="Id of the deleted selection; null when refused.", default=None
    )


@strawberry.type
class SelectionAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_READ,
        exclusive=True,
        description="Freeze the customers that a filter, a view or a list of ids matches now, for `customerMassAction`. It may take "
        f"{SELECTION_SECONDS} s, else it is `QUERY_TOO_COMPLEX`. At most {MAX_SELECTIONS} at a time, each for "
        "`selections.kept_hours`. Filters of columns with personal data, and a search, need `customers.pii`.",
    )
    async def customer_selection_create(
        self, info: Info, input: Annotated[CustomerSelectionCreateInput, INPUT]
    ) -> CustomerSelectionCreatePayload:
        chosen = await choose_customers(info, input.selection, input.search, input.except_ids)
        if chosen.scope is None:
            raise NOT_SELECTED_AGAIN(path=["selection", "selectionId"])
        async with long_transaction(info.context) as connection:
            key = await create_selection(
                connection, GRID, chosen.scope, chosen.selected, by=actor_of(info.context.viewer)
            )
        return CustomerSelectionCreatePayload(selection_key=key)

    @admin_mutation(
        permission=Permission.CUSTOMERS_READ,
        description="Delete one of the viewer's own selections. Jobs that were started with it go on. Cannot be undone.",
    )
    async def selection_delete(
        self, info: Info, input: Annotated[SelectionDeleteInput, INPUT]
    ) -> SelectionDeletePayload:
        key, by = parse_input_id(input.id, "sel", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            await delete_selection(connection, key, by=by)
        return SelectionDeletePayload(deleted_id=strawberry.ID(encode_id("sel", key)))


ADMIN_MUTATIONS: Final = (SelectionAdminMutation,)
