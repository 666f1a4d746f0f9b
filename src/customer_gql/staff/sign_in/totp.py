"""The second factor: six digits of an authenticator (RFC 6238), or a recovery code.

The secret has to be read back, so it is encrypted and not hashed, see `security.secret_keys`.
"""

import enum
import secrets
from typing import Final

from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.text import normalize_compatible_text
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_value, insert_rows
from customer_gql.security import tokens
from customer_gql.security.secret_keys import decrypt_text, encrypt_text
from customer_gql.settings import Settings
from customer_gql.staff.audit.writes import actor_without_token, record_staff_event
from customer_gql.staff.reads import RECOVERY_CODES_LEFT
from customer_gql.staff.tables import staff_recovery_code, staff_totp

from .notices import notify_owner

STEP_SECONDS: Final = 30
RECOVERY_CODE_COUNT: Final = 10
_CODE_BYTES: Final = 10
ISSUER: Final = "customer-gql"

_NO_SECRET_KEYS: Final = Refusal(
    "second_factor.unavailable",
    "A second factor cannot be set up: the service has no CUSTOMER_GQL_SECRET_KEYS.",
    UserErrorCode.NOT_ALLOWED,
)
_FACTOR_ON: Final = Refusal(
    "second_factor.on", "A second factor is already on. Switch it off first.", UserErrorCode.NOT_ALLOWED
)
_NOT_ENROLLED: Final = Refusal(
    "second_factor.not_enrolled", "There is no second factor to confirm. Enroll one first.", UserErrorCode.NOT_ALLOWED
)


class FactorCheck(enum.Enum):
    """What a given code is worth. `PASSED` is a right code, or none where no second factor is on."""

    PASSED = "passed"
    RECOVERY_CODE = "recovery code"
    MISSING = "missing"
    WRONG = "wrong"


def _encrypt_secret(settings: Settings, staff_id: int, secret: str) -> bytes:
    encrypted = encrypt_text(secret, settings.secret_keys, owner=staff_id)
    if encrypted is None:
        raise _NO_SECRET_KEYS()
    return encrypted.encode()


async def enroll_totp(connection: Connection, user: Row, settings: Settings) -> tuple[str, str]:
    """A fresh secret and its URI for the authenticator. It counts for nothing until it is confirmed."""
    if user.totp_since is not None:
        raise _FACTOR_ON()
    secret = random_base32()
    put = upsert(staff_totp).values(staff_id=user.id, secret=_encrypt_secret(settings, user.id, secret))
    await execute_statement(
        connection,
        put.on_conflict_do_update(
            index_elements=["staff_id"],
            set_={"secret": put.excluded.secret, "last_step": 0},
            where=staff_totp.c.confirmed_at.is_(None),
        ),
    )
    return secret, TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


def require_enrollment(user: Row) -> None:
    """Raises where there is no second factor to confirm."""
    if user.secret is None or user.totp_since is not None:
        raise _NOT_ENROLLED()


async def confirm_totp(connection: Connection, user: Row, code: str, settings: Settings) -> list[str] | None:
    """Switch it on with a first code; the recovery codes, shown once. None for a wrong code."""
    require_enrollment(user)
    text = _normalize_code(code)
    if not _is_digits(text) or not await _check_digits(connection, user, text, settings):
        return None
    await execute_statement(
        connection,
        update(staff_totp).where(staff_totp.c.staff_id == user.id).values(confirmed_at=read_clock()),
    )
    codes = [secrets.token_hex(_CODE_BYTES) for _ in range(RECOVERY_CODE_COUNT)]
    rows = [{"staff_id": user.id, "code_hash": tokens.hash_token(code)} for code in codes]
    await insert_rows(connection, staff_recovery_code, rows)
    return ["-".join(code[i : i + 5] for i in range(0, len(code), 5)) for code in codes]


async def check_second_factor(connection: Connection, user: Row, code: str | None, settings: Settings) -> FactorCheck:
    """What the code is worth for this user. Each code is taken once, even by two at once."""
    if user.totp_since is None:
        return FactorCheck.PASSED
    text = _normalize_code(code or "")
    if not text:
        return FactorCheck.MISSING
    if _is_digits(text):
        return FactorCheck.PASSED if await _check_digits(connection, user, text, settings) else FactorCheck.WRONG
    return FactorCheck.RECOVERY_CODE if await _use_recovery_code(connection, user.id, text) else FactorCheck.WRONG


async def report_used_recovery_code(connection: Connection, user: Row, *, address: str | None) -> None:
    """Record that a recovery code let the user in, and mail them how many are left."""
    by = actor_without_token(user.id, address)
    await record_staff_event(connection, "RECOVERY_CODE_USED", by=by, subject=encode_id("stf", user.id))
    left = await count_recovery_codes(connection, user.id)
    await notify_owner(connection, user, "staff_recovery_code_used", address=address, codesLeft=str(left))


def _normalize_code(code: str) -> str:
    """As it is compared: authenticators show `123 456`, recovery codes have hyphens, and some keyboards wide digits."""
    return "".join(filter(str.isalnum, normalize_compatible_text(code))).lower()[:64]


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) == 6


async def _check_digits(connection: Connection, user: Row, code: str, settings: Settings) -> bool:
    secret = decrypt_text(user.secret.decode(), settings.secret_keys, owner=user.id)
    if secret is None:  # no key of the settings fits
        return False
    now = int(read_clock().timestamp()) // STEP_SECONDS
    totp = TOTP(secret)
    for step in (now - 1, now, now + 1):  # clocks of telephones are some seconds off
        if secrets.compare_digest(totp.at(step * STEP_SECONDS), code):
            return await _use_step(connection, user.id, step)
    return False


async def _use_step(connection: Connection, staff_id: int, step: int) -> bool:
    """A code that was used, and every older one, is worth nothing: what was seen once can be typed by another."""
    newer = update(staff_totp).where(staff_totp.c.staff_id == staff_id, staff_totp.c.last_step < step)
    return await execute_statement(connection, newer.values(last_step=step)) == 1


async def _use_recovery_code(connection: Connection, staff_id: int, code: str) -> bool:
    used = delete(staff_recovery_code).where(
        staff_recovery_code.c.staff_id == staff_id, staff_recovery_code.c.code_hash == tokens.hash_token(code)
    )
    return await execute_statement(connection, used) == 1


async def disable_totp(connection: Connection, user: Row, *, by: Actor) -> bool:
    """Switch it off and mail its owner; whether there was one."""
    await execute_statement(connection, delete(staff_recovery_code).where(staff_recovery_code.c.staff_id == user.id))
    if await execute_statement(connection, delete(staff_totp).where(staff_totp.c.staff_id == user.id)) == 0:
        return False
    await record_staff_event(connection, "TOTP_OFF", by=by, subject=encode_id("stf", user.id))
    await notify_owner(connection, user, "staff_totp_off", address=by.address)
    return True


async def count_recovery_codes(connection: Connection, staff_id: int) -> int:
    return await fetch_value(connection, RECOVERY_CODES_LEFT.where(staff_recovery_code.c.staff_id == staff_id))
