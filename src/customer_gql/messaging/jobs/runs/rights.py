"""What the owner of a job may do now. Slices above know those who own jobs and declare how theirs are found as `JOB_OWNERS`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.viewer import Viewer, ViewerKind, Websites
from customer_gql.database.statements import Connection

from .kinds import JobScope, JobWork
from .tables import JobOwner

OUT_OF_SCOPE: Final = Refusal(
    "job.out_of_scope",
    "The one who started the job no longer reaches the website of this record.",
    UserErrorCode.NOT_ALLOWED,
)


@dataclass(frozen=True, slots=True)
class OwnerRights:
    """The permissions and websites of somebody who is let in."""

    permissions: frozenset[str]
    websites: Websites


FindRights = Callable[[Connection, JobOwner, int], Awaitable[OwnerRights | None]]
JOB_OWNERS: Final[list[FindRights]] = []
ON_OWNER_LOST_ACCESS: Final[list[Callable[[Connection, Any], Awaitable[object]]]] = []
"""What slices above do when a job is stopped for that reason, in the transaction that stops it."""
ON_JOB_FINISHED: Final[list[Callable[[Connection, Any], Awaitable[object]]]] = []
"""What they do when a job ends, however it does, in the transaction that ends it."""


async def find_scope(connection: Connection, job: Any, work: JobWork, parameters: Mapping[str, Any]) -> JobScope | None:
    """In whose name and how far a batch may act now; None when the owner is no longer let in, or lost a right that the work needs.

    Rights that were given since are not used (docs/domain/bulk-jobs.md#bulk-jobs-6).
    """
    [find_rights] = JOB_OWNERS
    now = await find_rights(connection, JobOwner(job.actor), job.actor_id)
    if now is None:
        return None
    permissions = now.permissions & frozenset(job.permissions)
    if not permissions.issuperset(work.permissions(parameters)):
        return None
    asked = None if job.website_ids is None else frozenset(job.website_ids)
    websites = intersect_websites(asked, now.websites)
    if work.needs_all_websites and websites is not None:
        return None
    return JobScope(_owner_of(job, OwnerRights(permissions, websites)), websites, asked)


def intersect_websites(some: Websites, others: Websites) -> Websites:
    if some is None or others is None:
        return others if some is None else some
    return some & others


def make_owner_viewer(owner: JobOwner, owner_id: int, rights: OwnerRights, address: str | None = None) -> Viewer:
    """An owner of jobs and files as somebody who asks now."""
    is_staff = owner is JobOwner.STAFF
    return Viewer(
        ViewerKind.STAFF if is_staff else ViewerKind.SERVICE,
        staff_id=owner_id if is_staff else None,
        service_id=None if is_staff else owner_id,
        permissions=rights.permissions,
        website_ids=rights.websites,
        address=address,
    )


def _owner_of(job: Any, rights: OwnerRights) -> Actor:
    viewer = make_owner_viewer(JobOwner(job.actor), job.actor_id, rights, job.address)
    return Actor(ActorKind(job.actor), job.actor_id, None, job.address, viewer, job.id)
