"""Where the test provider is, and the secret that it shares with us: set once for whatever a task does, as keys of secrets are,
because a port knows no settings."""

from contextvars import ContextVar
from typing import Final, NamedTuple

from customer_gql.settings import Settings


class TestPspAccess(NamedTuple):
    """An empty URL where there is no test provider."""

    url: str
    secret: str
    seconds: float


_NONE: Final = TestPspAccess("", "", 10)
_access: ContextVar[TestPspAccess | None] = ContextVar("test_psp", default=None)


def use_test_psp(settings: Settings) -> None:
    """For this task and those it starts."""
    given = settings.test_psp
    _access.set(TestPspAccess(given.url, given.secret.get_secret_value(), given.seconds))


def find_test_psp() -> TestPspAccess:
    return _access.get() or _NONE
