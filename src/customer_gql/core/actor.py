"""Who causes a change, as the histories of customers and of staff name them."""

import enum
from dataclasses import dataclass, field
from typing import Final

from .permissions import Permission
from .viewer import Viewer, ViewerKind


class ActorKind(enum.StrEnum):
    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"
    SERVICE = "SERVICE"
    SYSTEM = "SYSTEM"
    NOBODY = "NOBODY"


@dataclass(frozen=True, slots=True)
class Actor:
    """An identity and the network address it acts from; the kind decides what `id` is the key of."""

    kind: ActorKind
    id: int | None = None
    # The staff user who is signed in as the customer.
    impersonator_id: int | None = None
    address: str | None = None
    # What the actor may do, for rules that compare it with what others may do.
    viewer: Viewer | None = field(default=None, compare=False, repr=False)
    # The job in which the actor does it, where no request does it at once.
    job_id: int | None = field(default=None, compare=False)

    @property
    def staff_id(self) -> int | None:
        return self.id if self.kind is ActorKind.STAFF else None

    @property
    def is_blind(self) -> bool:
        """Whether personal values are masked for the actor, so that no refusal may tell which are stored."""
        viewer = self.viewer
        return viewer is not None and viewer.is_staff_or_service and Permission.CUSTOMERS_PII not in viewer.permissions


SYSTEM: Final = Actor(ActorKind.SYSTEM)
"""The command line and the service itself. No rule limits what it may do."""


def actor_of(viewer: Viewer) -> Actor:
    """The viewer as an actor, with both identities while staff are signed in as a customer."""
    match viewer.kind:
        case ViewerKind.CUSTOMER:
            return Actor(ActorKind.CUSTOMER, viewer.customer_id, viewer.staff_id, viewer.address, viewer)
        case ViewerKind.STAFF:
            return Actor(ActorKind.STAFF, viewer.staff_id, None, viewer.address, viewer)
        case ViewerKind.SERVICE:
            return Actor(ActorKind.SERVICE, viewer.service_id, None, viewer.address, viewer)
        case ViewerKind.GUEST:
            return Actor(ActorKind.NOBODY, None, None, viewer.address, viewer)
