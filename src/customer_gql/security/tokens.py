"""Opaque bearer tokens: 256 random bits behind a prefix that tells the kind; only their SHA-256 is ever stored."""

import hashlib
import secrets
from typing import Final

CUSTOMER: Final = "cgc_"
STAFF: Final = "cgs_"
SERVICE: Final = "cgv_"
STAFF_INVITATION: Final = "cgi_"
STAFF_PASSWORD_RESET: Final = "cgp_"  # noqa: S105 - a prefix, no secret
STAFF_CODE: Final = "cgo_"
DEVICE: Final = "cgd_"
REFRESH: Final = "cgf_"
REMEMBERED: Final = "cgm_"
EMAIL: Final = "cge_"
EMAIL_UNDO: Final = "cgu_"
NEWSLETTER: Final = "cgn_"
FILE_LINK: Final = "cgx_"
FILE_UPLOAD: Final = "cgq_"
COMPANY_INVITATION: Final = "cgy_"
LOGIN_CODE: Final = "cgl_"
CART: Final = "cgk_"
GUEST_ORDER: Final = "cgg_"
GUEST_CANCELLATION: Final = "cgw_"
PASSWORD_RESET: Final = "cgr_"  # noqa: S105 - a prefix, no secret


def new_token(prefix: str) -> str:
    return prefix + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """No salt and one round: a guess at 256 random bits is hopeless, and a lookup has to be one keyed read."""
    return hashlib.sha256(token.encode()).digest()
