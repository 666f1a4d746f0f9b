"""Devices on which customers and staff signed in before (docs/domain/sign-in.md#sign-in-13).

A device token lets nobody in. Failed sign-ins that send it are counted by the device, so that the guesses of strangers,
which are counted by the account, do not keep its owner out.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, LargeBinary, Text, bindparam, delete, func, literal_column, select

from customer_gql.core.clock import read_clock
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.expired_rows import expires
from customer_gql.database.statements import (
    Connection,
    compile_statement,
    delete_rows,
    execute_statement,
    fetch_value,
    insert_row,
    update_rows,
)

from . import throttle, tokens
from .tables import known_device

DEVICE_LIFETIME: Final = dt.timedelta(days=365)
MAX_DEVICES: Final = 100
EXPIRED_DEVICES: Final = expires(known_device)


@dataclass(frozen=True, slots=True)
class Device:
    """`token` is what the device keeps; `is_new` says that it was not known before."""

    token: str
    is_new: bool


async def find_device(
    connection: Connection, identity: ViewerKind, owner_id: int | None, token: str | None
) -> bytes | None:
    """The SHA-256 of the token if it is a known device of this owner. The same statement runs for an unknown owner."""
    of_owner = {"identity": identity.value, "owner_id": owner_id or 0}
    return await fetch_value(connection, _FIND, sent=tokens.hash_token(token or ""), **of_owner)


_of_owner: Final = (
    known_device.c.identity == bindparam("identity", type_=Text()),
    known_device.c.owner_id == bindparam("owner_id", type_=BigInteger()),
)
_FIND: Final = compile_statement(
    select(known_device.c.token_hash).where(
        known_device.c.token_hash == bindparam("sent", type_=LargeBinary()),
        *_of_owner,
        known_device.c.expires_at > func.now(),
    )
)


async def remember_device(connection: Connection, identity: ViewerKind, owner_id: int, token: str | None) -> Device:
    """Make the device known after a complete sign-in: extend the one of the token, or issue a token.

    Its failures are forgotten. The token is stored as SHA-256, so a known one is returned as it was sent.
    """
    known = await find_device(connection, identity, owner_id, token)
    if known is not None and token is not None:
        until = read_clock() + DEVICE_LIFETIME
        await update_rows(connection, known_device, {"token_hash": known}, {"expires_at": until})
        await throttle.forget_failures(connection, [throttle.device_key(identity, known)])
        return Device(token, is_new=False)
    return Device(await _issue_device(connection, identity, owner_id), is_new=True)


async def _issue_device(connection: Connection, identity: ViewerKind, owner_id: int) -> str:
    token = tokens.new_token(tokens.DEVICE)
    until = read_clock() + DEVICE_LIFETIME
    owner = {"identity": identity.value, "owner_id": owner_id}
    await execute_statement(connection, _DELETE_SURPLUS, **owner)
    await insert_row(connection, known_device, {"token_hash": tokens.hash_token(token), "expires_at": until, **owner})
    return token


_newest = select(known_device.c.token_hash).where(*_of_owner).order_by(known_device.c.expires_at.desc())
_DELETE_SURPLUS: Final = compile_statement(
    delete(known_device).where(known_device.c.token_hash.in_(_newest.offset(literal_column(str(MAX_DEVICES - 1)))))
)


async def forget_devices(connection: Connection, identity: ViewerKind, *owner_ids: int) -> int:
    """Every device of these owners is unknown from now on; how many there were."""
    return await delete_rows(connection, known_device, {"identity": identity.value, "owner_id": owner_ids})
