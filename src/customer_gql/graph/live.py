"""Subscriptions: roots whose resolver gives one event after another, each answered like a query of the same selection."""

from dataclasses import dataclass
from typing import Any

import strawberry

from customer_gql.core.permissions import Permission

from .roots import ADMIN, FOR_OWNERS, RequiresPermission, require_staff_or_service


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """The record that an event is about. A stream that was cut off goes on after the `cursor` of the last event."""

    value: Any
    cursor: str | None = None


def admin_subscription(*, permission: Permission, description: str, graphql_type: Any) -> Any:
    """A root of the admin endpoint. Its resolver is an async generator of `LiveEvent`, and looks at `info.context.viewer` again
    for each event: rights may have changed."""
    return strawberry.subscription(
        description=f"{description} Permission: `{permission}`.",
        metadata={**ADMIN, "permission": permission},
        graphql_type=graphql_type,
    )


def owner_subscription(*, description: str, graphql_type: Any) -> Any:
    """The same about what staff or services have started. The resolver asks for each event whether the viewer may see it."""
    return strawberry.subscription(
        description=f"{description} {FOR_OWNERS}", metadata={**ADMIN, "viewer": "owner"}, graphql_type=graphql_type
    )


def require_follower(metadata: Any, viewer: Any) -> None:
    """Raises `Unauthenticated` or `Forbidden` for those who may not follow, by the metadata of the root."""
    if metadata.get("viewer") == "owner":
        require_staff_or_service(viewer)
    else:
        RequiresPermission(metadata["permission"]).check(viewer)
