"""What a slice declares about the records of its list so that they can be selected, and acted on together: `MASS_ACTIONS`
(docs/domain/selections.md#selections-5)."""

import enum
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from customer_gql.administration.customer_actions.judgements import Blocker, Forecast
from customer_gql.core.actor import Actor
from customer_gql.core.joined import Joined
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import AnySelect, Connection
from customer_gql.graph.context import Context
from customer_gql.graph.grids.types import GridTypes
from customer_gql.messaging.jobs.runs.kinds import BatchWork, RowResult

Parameters = Mapping[str, Any]
"""What an action takes, as JSON holds it; `action` is the name of the action."""


class SelectionNames(NamedTuple):
    """How selections of a list are named in the graph."""

    node: str
    """Of a record, as in `CustomerSelectionCreateInput`."""
    records: str
    """Several of them in prose."""
    selection: str
    """The type of a selection."""
    blocker: str
    """The type of what refuses an action."""

    @property
    def root(self) -> str:
        """How the roots of a list begin, as in `customerMassAction`."""
        return self.node[0].lower() + self.node[1:]


def reach_of(by: Actor) -> Websites:
    """The websites of somebody who acts."""
    assert by.viewer is not None, "an action belongs to somebody"
    return by.viewer.website_ids


async def keep_parameters(_connection: Connection, given: Parameters) -> Parameters:
    return given


@dataclass(frozen=True, slots=True, eq=False)
class MassActions:
    """The actions on the records of one list. `prefix` is that of their ids, and `selection_input` the input that selects them."""

    grid: GridTypes
    prefix: str
    names: SelectionNames
    selection_input: Any
    action: type[enum.Enum]
    work: BatchWork
    record_type: Any
    find_record: Callable[[Context, Any], Awaitable[Any]]
    """The record with a key, as far as the viewer reaches."""
    find_blockers: Callable[[Connection, Any, AnySelect, Websites], Awaitable[Sequence[Blocker]]]
    """What refuses an action, whatever it is given, for ids that a statement gives."""
    check_parameters: Callable[[Connection, Parameters, Actor], Awaitable[object]]
    """Raises the `RuleError` that refuses them for every record."""
    forecast: Callable[[Connection, Parameters, AnySelect, Actor], Awaitable[Forecast]]
    """What would become of the records whose ids a statement gives."""
    forecast_rows: Callable[[Connection, Parameters, AnySelect, Actor], Awaitable[Sequence[RowResult]]]
    """The same for each of few, in their order."""
    settle: Callable[[Connection, Parameters], Awaitable[Parameters]] = keep_parameters
    """Parameters with what is not said in them, the same for all batches."""


MASS_ACTIONS: Final[Joined[MassActions]] = Joined("mass actions", lambda actions: actions.grid.grid.name)
