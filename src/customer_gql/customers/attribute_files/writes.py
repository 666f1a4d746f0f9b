"""Who may announce a file for which attribute, and how often (docs/domain/attributes.md#attributes-16)."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.errors import RuleError
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.attributes.definitions import NOT_FOR_TYPE
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeForm, AttributeType
from customer_gql.customers.attributes.uploads.files import FILES
from customer_gql.customers.attributes.uploads.writes import NewUpload, announce_upload
from customer_gql.customers.attributes.values.given import ATTRIBUTE_UNKNOWN, Door, lock_named
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, Row, fetch_value
from customer_gql.security import throttle

_HOUR: Final = dt.timedelta(hours=1)
_COUNTER: Final = "attribute_uploads"
_MOST: Final = {ActorKind.NOBODY: 20, ActorKind.CUSTOMER: 60, ActorKind.STAFF: 600, ActorKind.SERVICE: 6_000}
"""Files within an hour: of a network address where there is no account yet, else of the account."""
_TOO_MANY: Final = "Too many files were uploaded within an hour."
_FORMS: Final = {
    AttributeEntity.CUSTOMER: (AttributeForm.ACCOUNT_EDIT,),
    AttributeEntity.ADDRESS: (AttributeForm.ADDRESS_CREATE, AttributeForm.ADDRESS_EDIT),
}


async def count_upload(connection: Connection, by: Actor) -> None:
    """Raises `RateLimited` with the seconds to wait."""
    if by.kind is ActorKind.NOBODY:
        key = throttle.peer_key(ViewerKind.GUEST, _COUNTER, by.address)
    else:
        key = throttle.counter_key(_COUNTER, by.kind.value, str(by.id))
    await throttle.require_within(connection, key, limit=_MOST[by.kind], window=_HOUR, message=_TOO_MANY)


async def announce_own_file(
    connection: Connection, entity: AttributeEntity, code: str, *, guest_website: int, by: Actor, **file: Any
) -> NewUpload:
    """A file of a storefront, for an attribute that one of the forms shows which the viewer can send. Raises `RuleErrors`."""
    if by.kind is ActorKind.NOBODY:
        is_account = entity is AttributeEntity.CUSTOMER
        website_id, forms = guest_website, (AttributeForm.SIGN_UP,) if is_account else ()
    else:
        website_id = await fetch_value(connection, select(customer.c.website_id).where(customer.c.id == by.id))
        forms = _FORMS[entity]
    found = await _find_file_attribute(connection, entity, code, [Door(website_id, form) for form in forms])
    return await announce_upload(connection, found, by=by, **file)


async def announce_staff_file(
    connection: Connection, entity: AttributeEntity, code: str, *, by: Actor, **file: Any
) -> NewUpload:
    """Staff may store every attribute. Raises `RuleErrors`."""
    found = await _find_file_attribute(connection, entity, code, [Door(0)])
    return await announce_upload(connection, found, by=by, **file)


async def _find_file_attribute(connection: Connection, entity: AttributeEntity, code: str, doors: list[Door]) -> Row:
    """Raises `RuleError`."""
    for door in doors:
        for row in (await lock_named(connection, entity, [code], door)).values():
            if AttributeType(row.type) not in FILES:
                raise NOT_FOR_TYPE(path=["attributeCode"])
            return row
    raise _unknown()


def _unknown() -> RuleError:
    return ATTRIBUTE_UNKNOWN(path=["attributeCode"])
