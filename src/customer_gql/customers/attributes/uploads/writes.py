"""An upload is announced, and used once: by the one who announced it, for the attribute that it was announced for
(docs/domain/attributes.md#attributes-16)."""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import select, update

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import has_bidi_override, has_control_character, normalize_text
from customer_gql.customers.attributes.reads import parse_json
from customer_gql.customers.attributes.tables import AttributeType
from customer_gql.customers.attributes.uploads.files import FILE_NOT_FOUND, FileValue, encode_file_id
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, fetch_rows, insert_row
from customer_gql.security.tokens import FILE_UPLOAD, hash_token, new_token

from .content import FileRules, judge_announced
from .tables import UploadOwner, attribute_upload

SEND_WITHIN: Final = dt.timedelta(minutes=15)
MAX_NAME: Final = 255
_NAME_INVALID: Final = Refusal(
    "attribute.file_name_invalid",
    "Enter a file name of 1 to {limit} characters without slashes.",
    UserErrorCode.INVALID,
)
_NOT_SENT: Final = Refusal(
    "attribute.file_not_sent", "The file was not received yet. Send it to its URL first.", UserErrorCode.NOT_ALLOWED
)


class NewUpload(NamedTuple):
    """`token` stands in the URL that the file is sent to."""

    token: str
    file_id: str
    expires_at: dt.datetime


class Claim(NamedTuple):
    """A file that a value of an attribute is to be, and where the input names it."""

    attribute_id: int
    value: FileValue
    path: Sequence[str]


def owner_of(by: Actor) -> tuple[str, int | None]:
    return (ActorKind.NOBODY.value, None) if by.kind is ActorKind.NOBODY else (by.kind.value, by.id)


def rules_of(attribute: Row) -> FileRules:
    return FileRules(AttributeType(attribute.type), parse_json(attribute.rules))


async def announce_upload(connection: Connection, attribute: Row, *, name: str, size: int, by: Actor) -> NewUpload:
    """Raises `RuleErrors`."""
    refused, file_name, media_type = CollectedErrors(), name, ""
    with refused.collecting():
        file_name = _validate_file_name(name)
    with refused.collecting():
        media_type = judge_announced(file_name, size, rules_of(attribute))
    refused.raise_collected()
    id, secret, token = new_id(), secrets.randbits(63), new_token(FILE_UPLOAD)
    expires_at, (kind, owner_id) = read_clock() + SEND_WITHIN, owner_of(by)
    row = {
        "id": id,
        "secret": secret,
        "token_hash": hash_token(token),
        "link_key": secrets.token_bytes(32),
        "attribute_id": attribute.id,
        "owner_kind": UploadOwner(kind).value,
        "owner_id": owner_id,
        "name": file_name,
        "size_bytes": size,
        "media_type": media_type,
        "expires_at": expires_at,
    }
    await insert_row(connection, attribute_upload, row)
    return NewUpload(token, encode_file_id(id, secret), expires_at)


def _validate_file_name(given: str) -> str:
    name = normalize_text(given)
    is_plain = not (has_control_character(name) or has_bidi_override(name) or any(letter in "/\\" for letter in name))
    if not 1 <= len(name) <= MAX_NAME or not is_plain:
        raise _NAME_INVALID(path=["name"], limit=MAX_NAME)
    return name


async def claim_files(connection: Connection, claims: Sequence[Claim], by: Actor) -> dict[int, FileValue]:
    """The files with their names, by attribute, which nobody else uses until the transaction ends. Raises `RuleErrors`."""
    if not claims:
        return {}
    upload = attribute_upload
    ids = sorted({one.value.id for one in claims})
    found = select(upload).where(equals_any(upload.c.id, ids)).order_by(upload.c.id).with_for_update()
    locked = {row.id: row for row in await fetch_rows(connection, found)}
    refused, files = CollectedErrors(), dict[int, FileValue]()
    for one in claims:
        with refused.collecting():
            row = locked.get(one.value.id)
            if row is None or not _is_for(row, one, by):
                raise FILE_NOT_FOUND(path=one.path)
            if row.file_id is None:
                raise _NOT_SENT(path=one.path)
            files[one.attribute_id] = FileValue(row.id, row.name)
    refused.raise_collected()
    return files


def _is_for(row: Row, claim: Claim, by: Actor) -> bool:
    is_named = (row.secret, row.attribute_id) == (claim.value.secret, claim.attribute_id)
    is_own = (row.owner_kind, row.owner_id) == owner_of(by)
    return is_named and is_own and row.used_at is None and row.expires_at > read_clock()


async def use_files(connection: Connection, files: Iterable[FileValue], key: Mapping[str, int]) -> None:
    """Have claimed files be those of values that the same transaction stores."""
    ids = sorted(one.id for one in files)
    if ids:
        used = {"used_at": read_clock(), "customer_id": key["customer_id"], "address_id": key.get("address_id")}
        await execute_statement(
            connection, update(attribute_upload).where(equals_any(attribute_upload.c.id, ids)).values(used)
        )
