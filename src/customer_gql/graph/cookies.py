"""Cookies of a browser's session: those a request brought, and those its response sets.

A page whose session is a cookie never holds the token, so no script can read it. Only requests of the same origin may use
or set such a cookie (docs/domain/staff-sign-in.md#staff-sign-in-19).
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from customer_gql.core.errors import Forbidden


class SessionTransport(enum.Enum):
    """Place where a client keeps its session."""

    TOKEN = "TOKEN"  # noqa: S105 - a word, no secret
    COOKIE = "COOKIE"


@dataclass(slots=True)
class Cookies:
    """`is_secure` is false only in development on plain-http loopback, where browsers refuse Secure and its prefix."""

    brought: Mapping[str, str] = field(default_factory=dict)
    is_secure: bool = True
    is_same_origin: bool = False
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        return self.brought.get(self._full_name(name))

    def set(self, name: str, value: str, *, seconds: int) -> None:
        """Keep a value in the browser, out of reach of scripts and of other sites."""
        flags = f"Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{'; Secure' if self.is_secure else ''}"
        self.headers.append((b"set-cookie", f"{self._full_name(name)}={value}; {flags}".encode()))

    def delete(self, name: str) -> None:
        self.set(name, "", seconds=0)

    def require_same_origin(self) -> None:
        """Raises where another site's page may have sent the request: it could sign its visitor in as somebody else."""
        if not self.is_same_origin:
            raise Forbidden("A session cookie is set and used by pages of the same origin only. Use a token instead.")

    def _full_name(self, name: str) -> str:
        # Browsers keep a cookie of this prefix only from this very host, over https, for the whole host.
        return f"__Host-{name}" if self.is_secure else name
