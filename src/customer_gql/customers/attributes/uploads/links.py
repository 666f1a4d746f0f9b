"""Links by which somebody who saw a file gets it: signed, for a quarter of an hour, while the sign-in lasts, and for nobody else
(docs/domain/attributes.md#attributes-18)."""

import base64
import datetime as dt
import hmac
import struct
from typing import Final, NamedTuple

from customer_gql.core.clock import read_clock
from customer_gql.core.viewer import Viewer, ViewerKind

from .tables import UploadOwner

LIFETIME: Final = dt.timedelta(minutes=15)
STOREFRONT_PATH: Final = "/files/values"
ADMIN_PATH: Final = "/admin/files/values"
_KINDS: Final = (UploadOwner.CUSTOMER, UploadOwner.STAFF, UploadOwner.SERVICE)
_FORM: Final = struct.Struct(">QBQQI")
_NO_SESSION: Final = 0
"""Of a service, whose token is no sign-in."""
_SIGNATURE: Final = 32


class ValueLink(NamedTuple):
    """What a link says: the upload, who saw it, in which session or impersonation, and until when (seconds since 1970) it
    works."""

    upload_id: int
    kind: UploadOwner
    viewer_id: int
    session_id: int
    until: int


class GivenLink(NamedTuple):
    """A link that somebody presents, whose signature is judged with the key of the upload."""

    link: ValueLink
    signed: bytes
    signature: bytes

    def is_valid(self, key: bytes) -> bool:
        return hmac.compare_digest(_sign_link(self.signed, key), self.signature) and self.link.until > _seconds_now()


def identify(viewer: Viewer) -> tuple[UploadOwner, int] | None:
    """None for a guest."""
    match viewer.kind:
        case ViewerKind.CUSTOMER:
            found = UploadOwner.CUSTOMER, viewer.customer_id
        case ViewerKind.STAFF:
            found = UploadOwner.STAFF, viewer.staff_id
        case ViewerKind.SERVICE:
            found = UploadOwner.SERVICE, viewer.service_id
        case ViewerKind.GUEST:
            return None
    assert found[1] is not None
    return found[0], found[1]


def make_link(upload_id: int, key: bytes, viewer: Viewer) -> str | None:
    """A path on the same host; None for a guest, who sees no files, and for work that nobody is signed in for."""
    found = identify(viewer)
    session_id = _NO_SESSION if viewer.kind is ViewerKind.SERVICE else viewer.session_id
    if found is None or session_id is None:
        return None
    kind, id = found
    until = _seconds_now() + int(LIFETIME.total_seconds())
    signed = _FORM.pack(upload_id, _KINDS.index(kind), id, session_id, until)
    told = base64.urlsafe_b64encode(signed + _sign_link(signed, key)).rstrip(b"=").decode()
    folder = STOREFRONT_PATH if kind is UploadOwner.CUSTOMER else ADMIN_PATH
    return f"{folder}/{told}"


def read_link(told: str) -> GivenLink | None:
    try:
        whole = base64.b64decode(told.encode("ascii") + b"=" * (-len(told) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(whole) != _FORM.size + _SIGNATURE:
        return None
    signed = whole[: _FORM.size]
    upload_id, place, viewer_id, session_id, until = _FORM.unpack(signed)
    if place >= len(_KINDS) or max(upload_id, viewer_id, session_id) >= 1 << 63:
        return None
    return GivenLink(ValueLink(upload_id, _KINDS[place], viewer_id, session_id, until), signed, whole[_FORM.size :])


def _sign_link(content: bytes, key: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")


def _seconds_now() -> int:
    return int(read_clock().timestamp())
