"""Who sends a request, and where it comes from."""

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Final

from .messages.catalogues import ENGLISH


class ViewerKind(enum.Enum):
    GUEST = "guest"
    CUSTOMER = "customer"
    STAFF = "staff"
    SERVICE = "service"


Websites = frozenset[int] | None
"""Websites somebody may reach into; None is all of them, those made later included."""


@dataclass(frozen=True, slots=True)
class Viewer:
    kind: ViewerKind
    customer_id: int | None = None
    staff_id: int | None = None
    service_id: int | None = None
    permissions: frozenset[str] = frozenset()
    website_ids: Websites = None
    # SHA-256 of the token the request came with, to tell this session from the viewer's others.
    session: bytes | None = None
    session_id: int | None = None
    # Of a customer: the website this request acts on.
    website_id: int | None = None
    # Where the request came from.
    address: str | None = None
    # When the token ends unless it is used again.
    session_ends_at: dt.datetime | None = None
    # Of a service token with a rate of its own: points of cost per second.
    rate: int | None = None
    # The request came with a token that does not work, so it is answered as that of a guest.
    token_has_ended: bool = False

    @property
    def is_staff_or_service(self) -> bool:
        return self.kind in (ViewerKind.STAFF, ViewerKind.SERVICE)

    def reaches(self, website_id: int) -> bool:
        return self.website_ids is None or website_id in self.website_ids

    @property
    def is_impersonated(self) -> bool:
        """Staff acting as a customer: both identities are known, and some operations are closed."""
        return self.kind is ViewerKind.CUSTOMER and self.staff_id is not None


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """What the request says about where it comes from. Nothing of it proves who is asking."""

    address: str = ""
    user_agent: str = ""
    store_view: str | None = None
    visitor: str | None = None
    page: str | None = None
    # Of messages, chosen from what the request accepts.
    language: str = ENGLISH
    # Sent by a timer of the page, not by a person; it keeps no session alive.
    is_background: bool = False


GUEST: Final = Viewer(ViewerKind.GUEST)
TOKEN_HAS_ENDED: Final = (
    "The token is unknown, revoked or expired. Sign in again or renew it, or send no Authorization header."  # noqa: S105
)
