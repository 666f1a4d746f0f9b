"""Finished mass actions, so that there is a job to look at and to undo, and one to retry."""

from typing import Final

from sqlalchemy import select

from customer_gql.administration.customer_actions.actions import MASS_ACTION_WORK
from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.profile.tables import customer
from customer_gql.customers.tags.values import validate_tags
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.runs.parts import freeze_selected
from customer_gql.messaging.jobs.runs.runner import work_on_job
from customer_gql.messaging.jobs.runs.writes import Submission, Submitted, cancel_job, submit_job
from customer_gql.messaging.jobs.work import Tools

_TAGGED: Final = 10


async def run_first_jobs(tools: Tools, staff_id: int) -> None:
    """Tag customers in the name of a staff user, and cancel the same with another tag before it begins."""
    for tag, is_canceled in (("Spring catalog", False), ("Summer catalog", True)):
        async with tools.database.transaction() as connection:
            made = await submit_tagging(connection, tag, staff_id)
            if is_canceled:
                await cancel_job(connection, made.job_id, by=_act_as(staff_id))
        assert made.lease is not None, "so few rows are done at once"
        await work_on_job(tools, made.lease, seconds=60)


async def submit_tagging(connection: Connection, tag: str, staff_id: int, *, at_once: int = _TAGGED) -> Submitted:
    """A tag for the customers with the highest numbers."""
    newest = select(customer.c.id, (-customer.c.number).label("place")).order_by(customer.c.number.desc())
    parameters = {"action": "ADD_TAGS", "tags": validate_tags([tag], "tags")}
    submission = Submission(MASS_ACTION_WORK, parameters, "customerMassAction", freeze_selected(newest.limit(_TAGGED)))
    return await submit_job(connection, submission, by=_act_as(staff_id), at_once=at_once)


def _act_as(staff_id: int) -> Actor:
    viewer = Viewer(ViewerKind.STAFF, staff_id=staff_id, permissions=ALL_PERMISSIONS)
    return Actor(ActorKind.STAFF, staff_id, viewer=viewer)
