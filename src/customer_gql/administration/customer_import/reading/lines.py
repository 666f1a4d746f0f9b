"""Lines of a text file, whatever its encoding and line endings, with a bound on the memory one line may take."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from customer_gql.core.errors import RuleError
from customer_gql.core.terminal import CommandFailed

LONGEST_LINE: Final = 1_000_000
_CHUNK: Final = 1 << 18
_BYTE_ORDER_MARK: Final = "\ufeff"
# The marks of UTF-32 begin like those of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF8, None),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FILES: Final = (
    (b"PK\x03\x04", "an Excel workbook or another ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "compressed with gzip"),
)


class ImportFault(CommandFailed):
    """Why nothing was imported: one sentence for the person who runs the import, and for programs the rule, if it has one."""

    def __init__(self, message: str, refused: RuleError | None = None) -> None:
        super().__init__(message)
        self.refused = refused


class Line(NamedTuple):
    number: int
    text: str
    """With its line ending; empty when the line is too long."""
    is_too_long: bool
    end: int
    """Bytes up to its end, of the text in UTF-8 where it was converted."""


class FilePosition(NamedTuple):
    """How far a file was read: its last line, and the bytes up to the end of that."""

    line: int = 0
    end: int = 0


class TextLines:
    """Lines one after the other. Without a given encoding each is UTF-8 or, where it cannot be, Windows-1252."""

    def __init__(self, raw: BinaryIO, name: str, encoding: str | None) -> None:
        self._raw = raw
        self._encoding = _known_encoding(encoding) if encoding else _detected_encoding(raw, name)
        self.windows_lines = 0
        """Lines read as Windows-1252, because they are not UTF-8."""
        self.first_windows_line = 0

    def __iter__(self) -> Iterator[Line]:
        return self.after(FilePosition())

    def after(self, position: "FilePosition") -> Iterator[Line]:
        """The lines after a place in a file of which nothing was read yet."""
        lines = _split_lines(_skip_bytes(self._chunks(), position.end), position.end)
        for number, (raw, end) in enumerate(lines, position.line + 1):
            is_too_long = len(raw) > LONGEST_LINE
            text = "" if is_too_long else self._decode(raw, number)
            # Files that were joined have a mark in the middle too.
            yield Line(number, text.removeprefix(_BYTE_ORDER_MARK), is_too_long, end)

    def _chunks(self) -> Iterator[bytes]:
        chunks = iter(lambda: self._raw.read(_CHUNK), b"")
        return _to_utf8(chunks, self._encoding) if self._encoding else chunks

    def _decode(self, raw: bytes, number: int) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.windows_lines += 1
            self.first_windows_line = self.first_windows_line or number
            return raw.decode("cp1252", errors="replace")


def _to_utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """What cannot be decoded becomes U+FFFD, which a cell is refused for."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode(errors="replace")
    yield decoder.decode(b"", final=True).encode(errors="replace")


def _skip_bytes(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        if count < len(chunk):
            yield chunk[count:] if count else chunk
        count = max(count - len(chunk), 0)


def _split_lines(chunks: Iterator[bytes], end: int) -> Iterator[tuple[bytes, int]]:
    """Lines end in LF, CR LF or CR. Of one that is too long only the beginning is kept. Each comes with the place of its end."""
    rest, dropped = b"", 0
    for chunk in chunks:
        lines = (rest + chunk).splitlines(keepends=True)
        # The last line may go on, and its CR may be the first half of CR LF.
        rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        for line in lines:
            end += len(line) + dropped
            dropped = 0
            yield line, end
        if len(rest) > LONGEST_LINE and not rest.endswith(b"\r"):
            dropped += len(rest) - LONGEST_LINE - 1
            rest = rest[: LONGEST_LINE + 1]
    if rest:
        yield rest, end + len(rest) + dropped


def _known_encoding(name: str) -> str:
    try:
        codecs.getincrementaldecoder(name)
        io.TextIOWrapper(io.BytesIO(), encoding=name)  # knows which codecs are none of text
    except LookupError:
        raise ImportFault(f"There is no text encoding {name!r}; common ones are utf-8, utf-16 and cp1252.") from None
    return name


def _detected_encoding(raw: BinaryIO, name: str) -> str | None:
    head = raw.read(4096)
    raw.seek(0)
    for start, kind in _OTHER_FILES:
        if head.startswith(start):
            raise ImportFault(f"{name} is {kind}; save the table as a CSV file and import that.")
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    return _unmarked_utf16(head, name)


def _unmarked_utf16(head: bytes, name: str) -> str | None:
    """The names of columns are ASCII, so that every second byte of theirs is NUL in UTF-16."""
    first = head[:16]
    if b"\0" not in first:
        return None
    for encoding, zeros, letters in (("utf-16-le", first[1::2], first[::2]), ("utf-16-be", first[::2], first[1::2])):
        if not any(zeros) and all(letters):
            return encoding
    raise ImportFault(f"{name} holds a NUL byte in line 1; it is no text file.")
