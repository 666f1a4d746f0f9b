"""Who gets the file of a link: the one who saw it, as long as they are signed in, may see the value, and it has the file
(docs/domain/attributes.md#attributes-18)."""

from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.accounts.sessions.authentication import is_customer_session_live
from customer_gql.customers.attributes.tables import attribute
from customer_gql.customers.attributes.uploads.links import ValueLink, identify, read_link
from customer_gql.customers.attributes.uploads.tables import UploadOwner, attribute_upload
from customer_gql.customers.attributes.values.tables import address_attribute, customer_attribute
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_value
from customer_gql.messaging.files.reads import STORED_FILES
from customer_gql.messaging.files.tables import stored_file
from customer_gql.messaging.jobs.runs.rights import JOB_OWNERS, make_owner_viewer
from customer_gql.messaging.jobs.runs.tables import JobOwner
from customer_gql.staff.sign_in.sessions import is_staff_session_live

_OWNERS: Final = {UploadOwner.STAFF: JobOwner.STAFF, UploadOwner.SERVICE: JobOwner.SERVICE}


async def find_value_file(connection: Connection, told: str, viewer: Viewer) -> tuple[Row, Viewer] | None:
    """The stored file, and the viewer of the link with the rights of today. `viewer` is who asks; a browser may be
    nobody."""
    given = read_link(told)
    if given is None or (viewer.kind is not ViewerKind.GUEST and identify(viewer) != given.link[1:3]):
        return None
    upload = await fetch_one(connection, select(attribute_upload).where(attribute_upload.c.id == given.link.upload_id))
    if upload is None or upload.used_at is None or not given.is_valid(upload.link_key):
        return None
    found = await _find_viewer(connection, given.link, upload)
    if found is None or not await _has_value(connection, upload):
        return None
    file = await fetch_one(connection, STORED_FILES.where(stored_file.c.id == upload.file_id))
    return None if file is None else (file, found)


async def _find_viewer(connection: Connection, link: ValueLink, upload: Row) -> Viewer | None:
    if link.kind is UploadOwner.CUSTOMER:
        is_own = link.viewer_id == upload.customer_id
        is_let_in = is_own and await is_customer_session_live(connection, link.viewer_id, link.session_id)
        return Viewer(ViewerKind.CUSTOMER, customer_id=link.viewer_id) if is_let_in else None
    if link.kind is UploadOwner.STAFF and not await is_staff_session_live(connection, link.viewer_id, link.session_id):
        return None
    [find_rights] = JOB_OWNERS
    owner = _OWNERS[link.kind]
    rights = await find_rights(connection, owner, link.viewer_id)
    if rights is None or not await _may_see(connection, make_owner_viewer(owner, link.viewer_id, rights), upload):
        return None
    return make_owner_viewer(owner, link.viewer_id, rights)


async def _may_see(connection: Connection, viewer: Viewer, upload: Row) -> bool:
    of_customer = select(customer.c.website_id).where(customer.c.id == upload.customer_id)
    website_id = await fetch_value(connection, of_customer)
    of_attribute = select(attribute.c.is_personal).where(attribute.c.id == upload.attribute_id)
    is_personal = await fetch_value(connection, of_attribute)
    if website_id is None or is_personal is None or not viewer.reaches(website_id):
        return False
    needed = {Permission.CUSTOMERS_READ, *([Permission.CUSTOMERS_PII] if is_personal else [])}
    return viewer.permissions.issuperset(needed)


async def _has_value(connection: Connection, upload: Row) -> bool:
    values: Any = customer_attribute if upload.address_id is None else address_attribute
    of_value = [values.c.customer_id == upload.customer_id, values.c.attribute_id == upload.attribute_id]
    if upload.address_id is not None:
        of_value.append(values.c.address_id == upload.address_id)
    found = select(values.c.attribute_id).where(*of_value, values.c.file_id == upload.id)
    return await fetch_value(connection, found) is not None
