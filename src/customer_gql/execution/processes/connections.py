"""How many connections to the database a process has, for those who set up a server."""

from typing import Final

from customer_gql.settings import Settings

_GRID_CONNECTIONS: Final = 2  # lists that are filtered, which the admin endpoint alone has
_HEALTH_CONNECTIONS: Final = 1
_PROBE_CONNECTIONS: Final = 1  # which looks at the replica


def count_connections(settings: Settings) -> int:
    """How many connections to the database a process of `serve` opens at most."""
    audiences = (settings.storefront, settings.admin)
    for_requests = sum(limits.read_connections + limits.write_connections for limits in audiences)
    for_worker = 1 + settings.jobs_connections if settings.worker else 0
    if settings.database_read_url is not None:
        for_requests += settings.admin.read_connections + _PROBE_CONNECTIONS
    return for_requests + _GRID_CONNECTIONS + for_worker + _HEALTH_CONNECTIONS
