"""Roots of selections: one for each list that slices declare actions on. Imported once all of them are known."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

import asyncpg
import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import encode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.database.statements import Connection
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, admin_mutation, owner_mutation

from .declaration import MASS_ACTIONS, MassActions
from .inputs import EXCEPT_DESCRIPTION, SEARCH_DESCRIPTION, choose_records
from .reads import selections_by_id
from .shown_selections import SELECTION_SECONDS, build_selection_type, too_slow
from .writes import MAX_SELECTIONS, NOT_SELECTED_AGAIN, create_selection, delete_selection


@asynccontextmanager
async def long_transaction(context: Context, *, is_long: bool = True) -> AsyncGenerator[Connection]:
    """A transaction whose statements may take longer than lists may, where `is_long`. To wait for a connection is no fault of
    theirs."""
    async with context.transaction() as connection:
        if is_long:
            await connection.execute(f"SET LOCAL statement_timeout = '{SELECTION_SECONDS}s'")
        try:
            yield connection
        except (asyncpg.QueryCanceledError, TimeoutError):
            raise too_slow("selection") from None


def _build_input(actions: MassActions) -> Any:
    records = actions.names.records
    described = {
        "search": SEARCH_DESCRIPTION.format(list=records),
        "except": EXCEPT_DESCRIPTION.format(records=records),
    }

    @strawberry.input(
        name=f"{actions.names.node}SelectionCreateInput", description=f"{records.capitalize()} to select."
    )
    class SelectionCreateInput:
        selection: actions.selection_input = column(  # pyright: ignore
            "How they are selected; not by another selection."
        )
        search: str | None = strawberry.field(description=described["search"], default=None)
        except_ids: list[strawberry.ID] | None = strawberry.field(description=described["except"], default=None)

    return SelectionCreateInput


def _build_payload(actions: MassActions) -> Any:
    shown = build_selection_type(actions)

    @strawberry.type(
        name=f"{actions.names.node}SelectionCreatePayload",
        description=f"Result of `{actions.names.root}SelectionCreate`.",
    )
    class SelectionCreatePayload(Payload):
        selection_key: strawberry.Private[int | None] = None

        @strawberry.field(graphql_type=shown | None, description="The selection; null when refused.")
        async def selection(self, info: Info) -> Any:
            return None if self.selection_key is None else await info.context.load(selections_by_id, self.selection_key)

    return SelectionCreatePayload


def _build_root(actions: MassActions) -> Any:
    node, records = actions.names.node, actions.names.records
    made, given = _build_payload(actions), _build_input(actions)

    @admin_mutation(
        permission=actions.grid.permission,
        exclusive=True,
        description=f"Freeze the {records} that a filter, a view or a list of ids matches now, for "
        f"`{actions.names.root}MassAction`. It may take {SELECTION_SECONDS} s, else it is `QUERY_TOO_COMPLEX`. At most "
        f"{MAX_SELECTIONS} at a time, each for `selections.kept_hours`. Filters of columns with personal data, and a search, need "
        "`customers.pii`.",
    )
    async def selection_create(
        info: Info,
        input: Annotated[given, INPUT],  # pyright: ignore
    ) -> made:  # pyright: ignore
        chosen = await choose_records(
            info, actions.grid, actions.prefix, input.selection, input.search, input.except_ids
        )
        if chosen.scope is None:
            raise NOT_SELECTED_AGAIN(path=["selection", "selectionId"])
        async with long_transaction(info.context) as connection:
            key = await create_selection(
                connection, actions.grid.grid.name, chosen.scope, chosen.selected, by=actor_of(info.context.viewer)
            )
        return made(selection_key=key)

    name = f"{node.lower()}_selection_create"
    return strawberry.type(type(f"{node}SelectionAdminMutation", (), {name: selection_create}))


@strawberry.input(description="The selection to delete.")
class SelectionDeleteInput:
    id: strawberry.ID = column("Id of the selection.")


@strawberry.type(description="Result of `selectionDelete`.")
class SelectionDeletePayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="Id of the deleted selection; null when refused.", default=None
    )


@strawberry.type
class SelectionAdminMutation:
    @owner_mutation(
        description="Delete one of the viewer's own selections. Jobs that were started with it go on. Cannot be undone.",
    )
    async def selection_delete(
        self, info: Info, input: Annotated[SelectionDeleteInput, INPUT]
    ) -> SelectionDeletePayload:
        key, by = parse_input_id(input.id, "sel", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            await delete_selection(connection, key, by=by)
        return SelectionDeletePayload(deleted_id=strawberry.ID(encode_id("sel", key)))


ADMIN_MUTATIONS: Final = (*map(_build_root, MASS_ACTIONS.values()), SelectionAdminMutation)
