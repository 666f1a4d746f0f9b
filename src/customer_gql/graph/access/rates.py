"""How much cost per second a caller may use."""

from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.settings import AudienceSettings


def rate_of(viewer: Viewer, limits: AudienceSettings) -> int:
    """Points per second: of a service token its own, where it has one."""
    if viewer.kind is ViewerKind.GUEST:
        return limits.guest_rate
    return limits.rate if viewer.rate is None else viewer.rate
