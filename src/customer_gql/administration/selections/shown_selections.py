"""Selections as the graph shows them. Imported once all grids are known, and all actions on their
records."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Final

import asyncpg
import strawberry
from strawberry.scalars import JSON

from customer_gql.administration.customer_actions.judgements import SAMPLE_SIZE, Blocker
from customer_gql.core.errors import QueryTooComplex, RuleError
from customer_gql.core.ids import encode_id
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.registry import grid_enum
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.jobs.runs.kinds import RowId

from .declaration import MassActions
from .reads import samples_by_selection, select_lines_of
from .tables import SelectionScope

SELECTION_SECONDS: Final = 25
Grid: Any = grid_enum()
graph_enum(
    SelectionScope,
    "How the records of a selection were chosen.",
    {
        "IDS": "By their ids.",
        "FILTER": "By a filter.",
        "VIEW": "By a saved view.",
        "EVERYTHING": "All records that the viewer reaches.",
    },
)


def too_slow(what: str) -> QueryTooComplex:
    return QueryTooComplex(f"The {what} took longer than {SELECTION_SECONDS} s and was canceled. Select fewer records.")


def _build_blocker_type(actions: MassActions) -> Any:
    records = actions.names.records

    @strawberry.type(
        name=actions.names.blocker,
        description=f"A rule that refuses an action for some {records} of a selection.",
    )
    class ActionBlocker:
        count: int = column(f"Number of {records}.")
        refused: strawberry.Private[RuleError]
        sample_keys: strawberry.Private[Sequence[RowId]]

        @strawberry.field(description="Stable name of the rule.")
        def key(self) -> str:
            return self.refused.key

        @strawberry.field(description="Values that the message is about, by name.")
        def params(self) -> JSON:  # pyright: ignore[reportInvalidTypeForm]
            params: Any = self.refused.params
            return params

        @strawberry.field(description="A sentence for people, in the language that `Accept-Language` asks for.")
        def message(self, info: Info) -> str:
            return self.refused.message_in(info.context.language)

        @strawberry.field(
            graphql_type=list[actions.record_type],
            description=f"At most {SAMPLE_SIZE} of the {records}.",
            metadata={"assumed": SAMPLE_SIZE},
        )
        async def sample(self, info: Info) -> Any:
            return await _find_records(info.context, actions, self.sample_keys)

    return ActionBlocker


@strawberry.type
class ShownSelection:
    """What selections of all lists have."""

    scope: SelectionScope = column("How its records were chosen.")
    count: int = column("Number of records.")
    created_at: dt.datetime = column("Time at which it was made.")
    expires_at: dt.datetime = column("Time at which it ends.")

    @strawberry.field(description="Id of the selection. Starts with `sel_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("sel", self.id))

    @strawberry.field(graphql_type=Grid, description="The list that its records are of.")
    def grid(self: Any) -> Any:
        return Grid[self.grid]


def build_selection_type(actions: MassActions) -> Any:
    """The type of a selection of the records of one list."""
    records, blocker = actions.names.records, _build_blocker_type(actions)

    @strawberry.type(
        name=actions.names.selection,
        description=f"{records.capitalize()} that were chosen at one moment. Later ones are not in it, and deleted ones stay counted. For "
        "the one who made it, until it ends by itself.",
    )
    class SelectionType(ShownSelection):
        @strawberry.field(
            graphql_type=list[actions.record_type],
            description=f"At most {SAMPLE_SIZE} of its {records}.",
            metadata={"assumed": SAMPLE_SIZE},
        )
        async def sample(self: Any, info: Info) -> Any:
            found = await info.context.load(samples_by_selection, self.id)
            if found is None:
                return []
            keys = found.ids if found.record_ids is None else list(zip(found.ids, found.record_ids, strict=True))
            return await _find_records(info.context, actions, keys)

        @strawberry.field(
            description=f"Rules that refuse an action for some of its {records} as they are now, the most frequent one first. It may take "
            f"{SELECTION_SECONDS} s.",
            metadata={"assumed": 2},
        )
        async def blockers(
            self: Any,
            info: Info,
            action: Annotated[actions.action, strawberry.argument(description="The action.")],  # pyright: ignore
        ) -> list[blocker]:  # pyright: ignore
            found = await _find_blockers(info.context, actions, self.id, action)
            return [blocker(refused=one.refused, count=one.count, sample_keys=one.sample) for one in found]

    return SelectionType


async def _find_records(context: Context, actions: MassActions, ids: Sequence[RowId]) -> list[Any]:
    found = await asyncio.gather(*[actions.find_record(context, id) for id in ids])
    return [row for row in found if row is not None]


async def _find_blockers(context: Context, actions: MassActions, key: int, action: Any) -> Sequence[Blocker]:
    chosen, websites = select_lines_of(key), context.viewer.website_ids
    async with context.database.grids.acquire() as connection:
        try:
            finding = actions.find_blockers(connection, action, chosen, websites)
            return await asyncio.wait_for(finding, SELECTION_SECONDS)
        except (asyncpg.QueryCanceledError, TimeoutError):
            raise too_slow("look for blockers") from None
