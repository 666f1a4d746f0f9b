from collections.abc import Sequence
from typing import Any, Final

import strawberry

from customer_gql.administration.customer_actions.actions import (
    MASS_ACTION_WORK,
    Parameters,
    check_parameters,
    find_judgement,
)
from customer_gql.administration.customer_actions.judgements import Blocker, Forecast, forecast_action, forecast_rows
from customer_gql.administration.customer_actions.refusals import Judgement, judge_state
from customer_gql.administration.customer_actions.types import MassAction
from customer_gql.administration.customer_grid.types import CUSTOMER_GRID
from customer_gql.administration.jobs.types import JobPayload, JobProblem, JobRow
from customer_gql.administration.selections.declaration import MassActions, SelectionNames, reach_of
from customer_gql.administration.selections.inputs import CustomerSelection
from customer_gql.core.actor import Actor
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.support.sign_in_closure import find_lock_end
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.database.statements import AnySelect, Connection
from customer_gql.graph.context import Info
from customer_gql.messaging.jobs.runs import reads
from customer_gql.messaging.jobs.runs.kinds import RowResult


@strawberry.type(
    description="Result of a mass action. The counts are those when it was answered; `job` has the present ones."
)
class MassActionPayload(JobPayload):
    found_blockers: strawberry.Private[Sequence[Any]] = ()
    results: Any = strawberry.field(
        graphql_type=list[JobRow],
        description="One result for each record, in the order of the ids; empty when a worker does the job.",
        default_factory=list,
        metadata={"paged": True},
    )
    asked_count: int = strawberry.field(description="Number of records that were asked for.", default=0)
    done_count: int = strawberry.field(description="Number of records with the outcome `DONE`.", default=0)
    unchanged_count: int = strawberry.field(description="Number of records with the outcome `UNCHANGED`.", default=0)
    refused_count: int = strawberry.field(description="Number of records with the outcome `REFUSED`.", default=0)
    not_found_count: int = strawberry.field(description="Number of ids with the outcome `NOT_FOUND`.", default=0)
    failed_count: int = strawberry.field(description="Number of records with the outcome `FAILED`.", default=0)
    canceled_count: int = strawberry.field(description="Number of records with the outcome `CANCELED`.", default=0)

    @strawberry.field(
        graphql_type=list[JobProblem],
        description="Rules that refuse records, the most frequent one first: of all records in a dry run, else of those that were "
        f"done when it was answered; at most {reads.SHOWN_PROBLEMS}.",
        metadata={"assumed": 2},
    )
    async def blockers(self, info: Info) -> Any:
        if self.job_key is None:
            return self.found_blockers
        return await info.context.load(reads.blockers_by_job, self.job_key)


@strawberry.type(
    description="Result of `customerMassAction`. The counts are those when it was answered; `job` has the present ones."
)
class CustomerMassActionPayload(MassActionPayload):
    pass


async def _forecast(connection: Connection, given: Parameters, chosen: AnySelect, by: Actor) -> Forecast:
    judgement = await find_judgement(connection, given, by)
    return await forecast_action(connection, judgement, chosen, reach_of(by))


async def _forecast_rows(
    connection: Connection, given: Parameters, chosen: AnySelect, by: Actor
) -> Sequence[RowResult]:
    judgement = await find_judgement(connection, given, by)
    return await forecast_rows(connection, judgement, chosen, reach_of(by))


async def _find_customer_blockers(
    connection: Connection, action: MassAction, chosen: AnySelect, websites: Websites
) -> Sequence[Blocker]:
    judgement = Judgement(judge_state(action).rules)
    return (await forecast_action(connection, judgement, chosen, websites)).blockers if judgement.rules else []


async def _settle_lock(connection: Connection, given: Parameters) -> Parameters:
    """With the end of a lock for which none is named."""
    if given.get("locked_until", "") is not None:
        return given
    return {**given, "locked_until": (await find_lock_end(connection)).isoformat()}


CUSTOMER_ACTIONS: Final = MassActions(
    CUSTOMER_GRID,
    "cus",
    SelectionNames("Customer", "customers", "Selection", "ActionBlocker"),
    CustomerSelection,
    MassAction,
    MASS_ACTION_WORK,
    CustomerLink,
    find_reachable_customer,
    _find_customer_blockers,
    check_parameters,
    _forecast,
    _forecast_rows,
    _settle_lock,
)
MASS_ACTIONS: Final = (CUSTOMER_ACTIONS,)
