"""Uploads as they were packed: plain, with gzip, or a ZIP archive of one file. Unpacked piece by piece, within a bound, so that
a small archive of a huge file costs no more than the bound allows (docs/domain/import.md#import-26)."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final, Protocol

from customer_gql.core.errors import Refusal, UserErrorCode

_PIECE: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_ENTRY, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_ENDS: Final = (b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x08")
_HEADER: Final = struct.Struct("<4xHHHHHIIIHH")
_LONGEST_NAME: Final = 1_000
_TABLES: Final = (".csv", ".tsv", ".txt")
_ENCRYPTED, _SIZE_FOLLOWS = 1, 8

TOO_LARGE_UNPACKED: Final = Refusal(
    "import.unpacked_too_large", "The file is larger than {limit} bytes when it is unpacked.", UserErrorCode.TOO_LONG
)
DAMAGED: Final = Refusal("import.archive_damaged", "The archive is damaged or incomplete. Pack the file again.")
NOT_ONE_FILE: Final = Refusal(
    "import.archive_not_one_file", "A ZIP archive has to contain exactly one CSV file, and nothing else."
)
NOT_READABLE: Final = Refusal(
    "import.archive_unreadable", "The ZIP archive is encrypted or packed in an uncommon way. Pack the file again."
)


class _Kind(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]: ...

    def finish(self) -> None: ...


class Unpacker:
    """Takes an upload piece by piece and gives what is in it. Raises `RuleError`, also for more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._begun = b""
        self._kind: _Kind | None = None

    @property
    def is_packed(self) -> bool:
        return self._kind is not None and not isinstance(self._kind, _Plain)

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._kind is None:
            self._begun += data
            if len(self._begun) < len(_ENTRY):
                return
            data, self._begun = self._begun, b""
            self._kind = _detect_packing(data)
        yield from self._bounded(self._kind.feed(data))

    def finish(self) -> Iterator[bytes]:
        if self._kind is None:
            yield from self._bounded(iter([self._begun] if self._begun else []))
        else:
            self._kind.finish()

    def _bounded(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._size += len(piece)
            if self._size > self._limit:
                raise TOO_LARGE_UNPACKED(limit=self._limit)
            yield piece


def _detect_packing(data: bytes) -> _Kind:
    if data.startswith(_GZIP):
        return _Gzip()
    return _Zip() if data.startswith(_ENTRY) else _Plain()


class _Plain:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        """Wherever it ends, it is whole."""


class _Gzip:
    """One member after the other, as files of gzip that were joined have several."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        data = self._rest + data
        self._rest = b""
        while data:
            if self._member.eof:
                if len(data) < len(_GZIP):
                    self._rest = data
                    return
                if not data.startswith(_GZIP):
                    raise DAMAGED()
                self._member = zlib.decompressobj(wbits=31)
            yield from _inflate(self._member, data)
            data = self._member.unused_data

    def finish(self) -> None:
        if not self._member.eof or self._rest:
            raise DAMAGED()


def _inflate(stream: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    while data and not stream.eof:
        try:
            piece = stream.decompress(data, _PIECE)
        except zlib.error:
            raise DAMAGED() from None
        if piece:
            yield piece
        data = stream.unconsumed_tail


class _Zip:
    """Read by the headers of its entries, in their order. Only one entry may be a file; folders and what macOS adds are not."""

    def __init__(self) -> None:
        self._waiting = b""
        self._step = self._read_header
        self._found = self._left_out = 0
        self._is_over = False
        self._is_wanted = False
        self._flags = self._crc = self._given_crc = self._left = 0
        self._stream = zlib.decompressobj(wbits=-15)

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._is_over:
            return
        self._waiting += data
        while self._waiting and not self._is_over:
            size, step = len(self._waiting), self._step
            yield from self._step()
            if len(self._waiting) == size and self._step == step:
                return

    def finish(self) -> None:
        if not self._is_over:
            raise DAMAGED()
        if self._found != 1:
            raise NOT_ONE_FILE()

    def _read_header(self) -> Iterator[bytes]:
        yield from ()
        if len(self._waiting) < len(_ENTRY):
            return
        if self._waiting[:4] in _ENDS:
            self._is_over = True
            return
        if not self._waiting.startswith(_ENTRY):
            raise DAMAGED()
        if len(self._waiting) < _HEADER.size:
            return
        _, self._flags, method, _, _, self._given_crc, size, _, name_size, extra_size = _HEADER.unpack_from(
            self._waiting
        )
        end = _HEADER.size + name_size + extra_size
        if name_size > _LONGEST_NAME:
            raise NOT_READABLE()
        if len(self._waiting) < end:
            return
        name = self._waiting[_HEADER.size : _HEADER.size + name_size].decode("cp437", "replace")
        self._begin_entry(name, method, size)
        self._waiting = self._waiting[end:]

    def _begin_entry(self, name: str, method: int, size: int) -> None:
        if self._flags & _ENCRYPTED:
            raise NOT_READABLE()
        self._is_wanted = not name.endswith("/") and not name.startswith("__MACOSX/")
        if self._is_wanted:
            self._found += 1
            if self._found > 1 or not name.casefold().endswith(_TABLES):
                raise NOT_ONE_FILE()
        self._crc = 0
        if method == zlib.DEFLATED:
            self._stream = zlib.decompressobj(wbits=-15)
            self._step = self._read_deflated
        elif method == 0 and not self._flags & _SIZE_FOLLOWS and size != 0xFFFFFFFF:
            self._left = size
            self._step = self._read_stored
        else:
            raise NOT_READABLE()

    def _read_deflated(self) -> Iterator[bytes]:
        for piece in _inflate(self._stream, self._waiting):
            yield from self._give(piece)
        self._waiting = self._stream.unused_data
        if self._stream.eof:
            self._step = self._read_descriptor if self._flags & _SIZE_FOLLOWS else self._end_entry

    def _read_stored(self) -> Iterator[bytes]:
        piece, self._waiting = self._waiting[: self._left], self._waiting[self._left :]
        self._left -= len(piece)
        yield from self._give(piece)
        if not self._left:
            self._step = self._end_entry

    def _give(self, piece: bytes) -> Iterator[bytes]:
        self._crc = zlib.crc32(piece, self._crc)
        if self._is_wanted:
            yield piece
        else:
            self._left_out += len(piece)
            if self._left_out > _PIECE:
                raise NOT_ONE_FILE()

    def _read_descriptor(self) -> Iterator[bytes]:
        """A checksum and two sizes, of 4 or 8 bytes, before the signature of what follows."""
        yield from ()
        start = len(_DESCRIPTOR) if self._waiting.startswith(_DESCRIPTOR) else 0
        for size in (12, 20):
            following = self._waiting[start + size : start + size + 2]
            if len(following) < 2:
                return
            if following == b"PK":
                [self._given_crc] = struct.unpack_from("<I", self._waiting, start)
                self._waiting = self._waiting[start + size :]
                self._step = self._end_entry
                return
        raise DAMAGED()

    def _end_entry(self) -> Iterator[bytes]:
        yield from ()
        if self._crc != self._given_crc:
            raise DAMAGED()
        self._step = self._read_header
