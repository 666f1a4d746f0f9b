"""What files an attribute takes, and how a value names one (docs/domain/attributes.md#attributes-15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from customer_gql.core.errors import BadInput, CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import decode_keys, encode_id
from customer_gql.core.text import normalize_compatible_text
from customer_gql.customers.attributes.tables import AttributeType

FILES: Final = (AttributeType.FILE, AttributeType.IMAGE)
PREFIX: Final = "afl"
MAX_FILE_BYTES: Final = 20 * 1024 * 1024
DEFAULT_FILE_BYTES: Final = 5 * 1024 * 1024
MAX_IMAGE_SIDE: Final = 20_000
PICTURES: Final[Mapping[str, str]] = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
}
"""Media types by ending."""
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
MEDIA_TYPES: Final[Mapping[str, str]] = {
    **PICTURES,
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "odt": f"{_OPEN}.text",
    "ods": f"{_OPEN}.spreadsheet",
}
"""Of everything that is taken: nothing that a browser or an office program would run."""

FILE_NOT_FOUND: Final = Refusal(
    "attribute.file_not_found",
    "There is no such file for this attribute, or it was used already. Upload it again.",
    UserErrorCode.NOT_FOUND,
)
_EXTENSION_UNKNOWN: Final = Refusal(
    "attribute.extension_unknown", "Enter endings of files such as {known}.", UserErrorCode.INVALID
)
_NO_EXTENSIONS: Final = Refusal(
    "attribute.no_extensions", "List at least one ending, or leave the list out.", UserErrorCode.REQUIRED
)


@dataclass(frozen=True, slots=True)
class FileValue:
    """A file that was uploaded. Two are the same by their id; who names one that is not stored yet has to know its secret."""

    id: int
    name: str = field(default="", compare=False)
    secret: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """As the history has it."""
        return f"{self.name} ({encode_id(PREFIX, self.id)})"


def encode_file_id(id: int, secret: int) -> str:
    return encode_id(PREFIX, id, secret)


def parse_file_id(given: str, path: Sequence[str]) -> FileValue:
    """Raises `RuleError`."""
    try:
        id, secret = decode_keys(given, PREFIX, 2)
    except BadInput:
        raise FILE_NOT_FOUND(path=path) from None
    return FileValue(id, secret=secret)


def is_file_shown(given: str, told: object) -> bool:
    """Whether what the history told is the file that an input names."""
    try:
        id, _ = decode_keys(given, PREFIX, 2)
    except BadInput:
        return False
    return isinstance(told, str) and told.endswith(f" ({encode_id(PREFIX, id)})")


def known_extensions(type: AttributeType) -> Mapping[str, str]:
    """Media types by ending."""
    return PICTURES if type is AttributeType.IMAGE else MEDIA_TYPES


def list_extensions(type: AttributeType) -> str:
    return ", ".join(f"`{name}`" for name in known_extensions(type))


def validate_extensions(type: AttributeType, given: Sequence[str], path: Sequence[str]) -> list[str]:
    """The endings of a rule, in small letters without a dot. Raises `RuleError` and `RuleErrors`."""
    known, refused, found = known_extensions(type), CollectedErrors(), list[str]()
    if not given:
        raise _NO_EXTENSIONS(path=path)
    for place, one in enumerate(given):
        with refused.collecting():
            name = normalize_compatible_text(one).lower().removeprefix(".")
            if name not in known:
                raise _EXTENSION_UNKNOWN(path=[*path, str(place)], known=", ".join(known))
            found.append(name)
    refused.raise_collected()
    return list(dict.fromkeys(found))
