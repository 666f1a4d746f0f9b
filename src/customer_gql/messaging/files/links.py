"""Links by which a browser downloads a file once, without a token of its own (docs/domain/files.md#files-6)."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, insert, true

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.statements import Connection, execute_statement, fetch_one
from customer_gql.messaging.jobs.runs.rights import JOB_OWNERS, make_owner_viewer
from customer_gql.messaging.jobs.runs.tables import JobOwner
from customer_gql.security.tokens import FILE_LINK, hash_token, new_token
from customer_gql.shop.settings.reads import setting

from .settings import LINK_MINUTES
from .tables import stored_file_link


class FileLink(NamedTuple):
    token: str
    expires_at: dt.datetime


class UsedLink(NamedTuple):
    """The file that a link led to, and the one who made it, with the rights of today."""

    file_id: int
    viewer: Viewer


async def create_link(connection: Connection, file_id: int, *, by: Actor) -> FileLink:
    minutes = await setting(connection, LINK_MINUTES)
    link = FileLink(new_token(FILE_LINK), read_clock() + dt.timedelta(minutes=minutes))
    row = {"owner_kind": by.kind.value, "owner_id": by.id, "file_id": file_id, "expires_at": link.expires_at}
    await execute_statement(connection, insert(stored_file_link).values(token_hash=hash_token(link.token), **row))
    return link


async def use_link(connection: Connection, token: str, viewer: Viewer) -> UsedLink | None:
    """What the link leads to; it cannot be used again. None for a link that is unknown, used, expired, or not for this viewer."""
    link = stored_file_link.c
    used = delete(stored_file_link).where(
        link.token_hash == hash_token(token), link.expires_at > func.now(), _is_for(viewer)
    )
    found = await fetch_one(connection, used.returning(stored_file_link))
    if found is None:
        return None
    [find_rights] = JOB_OWNERS
    owner = JobOwner(found.owner_kind)
    rights = await find_rights(connection, owner, found.owner_id)
    if rights is None:
        return None
    return UsedLink(found.file_id, make_owner_viewer(owner, found.owner_id, rights))


def _is_for(viewer: Viewer) -> ColumnElement[bool]:
    """A browser may have no token. One with the session of somebody else uses no link of staff, nor spends it."""
    if viewer.kind is not ViewerKind.STAFF:
        return true()
    link = stored_file_link.c
    is_of_another: ColumnElement[bool] = and_(link.owner_kind == JobOwner.STAFF.value, link.owner_id != viewer.staff_id)
    return ~is_of_another
