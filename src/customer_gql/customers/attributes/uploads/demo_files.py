"""Files that customers of the demo shop have uploaded. Nothing is drawn; keys and secrets follow from the value that has the
file, so that a shop is the same each time it is made. Only the demo imports this module."""

import datetime as dt
import hashlib
import struct
import zlib
from typing import Final

from customer_gql.core.actor import ActorKind
from customer_gql.database.seeding import Rows
from customer_gql.messaging.files.tables import (
    FileOwner,
    FilePurpose,
    FileStorage,
    stored_file,
    stored_file_part,
)

from .files import MEDIA_TYPES
from .tables import attribute_upload

TABLES: Final = (attribute_upload, stored_file, stored_file_part)
_CELLS: Final = 8
_CELL: Final = 10
"""Pixels of a side."""


def add_file(rows: Rows, key: dict[str, int], attribute_id: int, name: str, content: bytes, at: dt.datetime) -> int:
    """A file that its customer uploaded as the value of `key`. Its id."""
    told = "/".join(map(str, (*key.values(), attribute_id)))
    id = _number_of(f"file/{told}")
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    rows[attribute_upload].append(
        {
            "id": id,
            "secret": _number_of(f"secret/{told}"),
            "token_hash": hashlib.sha256(f"token/{told}".encode()).digest(),
            "link_key": hashlib.sha256(f"key/{told}".encode()).digest(),
            "attribute_id": attribute_id,
            "owner_kind": ActorKind.CUSTOMER.value,
            "owner_id": key["customer_id"],
            "name": name,
            "size_bytes": len(content),
            "media_type": media_type,
            "file_id": id,
            "created_at": at,
            "expires_at": at + dt.timedelta(days=1),
            "used_at": at,
            "customer_id": key["customer_id"],
            "address_id": key.get("address_id"),
        }
    )
    _add_stored_file(rows, id, name, media_type, content, at)
    return id


def _add_stored_file(rows: Rows, id: int, name: str, media_type: str, content: bytes, at: dt.datetime) -> None:
    rows[stored_file].append(
        {
            "id": id,
            "purpose": FilePurpose.ATTRIBUTE.value,
            "name": name,
            "media_type": media_type,
            "owner_kind": FileOwner.SYSTEM.value,
            "owner_id": 0,
            "storage": FileStorage.DATABASE.value,
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).digest(),
            "created_at": at,
            "stored_at": at,
        }
    )
    rows[stored_file_part].append({"file_id": id, "number": 0, "content": content})


def _number_of(text: str) -> int:
    """As good as unique, and no key is greater than 63 bits."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def paint_pattern(number: int) -> bytes:
    """A PNG picture, symmetrical and of one color, which is another one for each number."""
    drawn = hashlib.sha256(str(number).encode()).digest()
    color, paper = bytes(64 + one // 2 for one in drawn[:3]), b"\xf4\xf4\xf4"
    lines = list[bytes]()
    for row in range(_CELLS):
        half = [color if drawn[8 + row] >> column & 1 else paper for column in range(_CELLS // 2)]
        line = b"".join(cell * _CELL for cell in (*half, *reversed(half)))
        lines += [b"\0" + line] * _CELL
    side = _CELLS * _CELL
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, content) for kind, content in parts)


def _part(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def print_page(*lines: str) -> bytes:
    """A PDF document of one page. Lines are of ASCII, without brackets."""
    shown = " ".join(f"({line}) Tj 0 -24 Td" for line in lines)
    text = f"BT /F1 16 Tf 72 720 Td {shown} ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    document, places = "%PDF-1.4\n", list[int]()
    for number, one in enumerate(objects, 1):
        places.append(len(document))
        document += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count, start = len(objects) + 1, len(document)
    document += f"xref\n0 {count}\n0000000000 65535 f \n{table}"
    return (document + f"trailer << /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").encode("ascii")
