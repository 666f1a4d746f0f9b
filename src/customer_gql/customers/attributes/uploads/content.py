"""What is in a file decides what it is: its content has to be of the type that its name says, and pictures are written again
without what cameras and programs put beside them (docs/domain/attributes.md#attributes-17)."""

import io
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, ImageOps

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.customers.attributes.tables import AttributeType
from customer_gql.customers.attributes.uploads.files import (
    DEFAULT_FILE_BYTES,
    MAX_IMAGE_SIDE,
    MEDIA_TYPES,
    PICTURES,
    known_extensions,
)

MAX_PIXELS: Final = 25_000_000
"""Of a picture, as many as phones take; it has about three bytes for each in memory."""
_TOO_LARGE: Final = Refusal(
    "attribute.file_too_large", "Choose a file of at most {limit} bytes.", UserErrorCode.TOO_LONG
)
_EMPTY: Final = Refusal("attribute.file_empty", "The file is empty. Choose another one.")
_EXTENSION: Final = Refusal("attribute.file_extension", "Choose a file whose name ends in {allowed}.")
WRONG_CONTENT: Final = Refusal(
    "attribute.file_content",
    "The content of the file is not what the end of its name says, or it is damaged. Save it as `{extension}` and upload it again.",
)
_TOO_MANY_PIXELS: Final = Refusal(
    "attribute.image_too_large", "Choose a picture of at most {width} by {height} pixels and {pixels} in all."
)
_FORMATS: Final[Mapping[str, str]] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
}
_PLAIN_MODES: Final[Mapping[str, Sequence[str]]] = {
    "JPEG": ("L", "RGB"),
    "PNG": ("1", "L", "LA", "I;16", "RGB", "RGBA"),
    "GIF": ("L", "RGB", "RGBA"),
    "WEBP": ("RGB", "RGBA"),
}
# What Pillow raises for pictures that are no pictures.
_DAMAGED: Final = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError, struct.error)


@dataclass(frozen=True, slots=True)
class FileRules:
    """What the files of one attribute have to be. `limits` are named as in the graph, for example `maxFileSize`."""

    type: AttributeType
    limits: Mapping[str, Any]


def judge_announced(name: str, size: int, rules: FileRules) -> str:
    """The media type of a file that is to be sent. Raises `RuleError`."""
    allowed = rules.limits.get("fileExtensions") or list(known_extensions(rules.type))
    extension = extension_of(name)
    if extension not in allowed:
        raise _EXTENSION(path=["name"], allowed=", ".join(f".{one}" for one in allowed))
    if size < 1:
        raise _EMPTY(path=["size"])
    limit = rules.limits.get("maxFileSize", DEFAULT_FILE_BYTES)
    if size > limit:
        raise _TOO_LARGE(path=["size"], limit=limit)
    return MEDIA_TYPES[extension]


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower()


def clean_content(content: bytes, name: str, rules: FileRules) -> bytes:
    """What is stored of a file. Takes long for pictures. Raises `RuleError`."""
    extension = extension_of(name)
    if extension in PICTURES:
        return _rewrite_picture(content, extension, rules)
    if not _JUDGES[extension](content):
        raise WRONG_CONTENT(path=[], extension=extension)
    return content


def _is_pdf(content: bytes) -> bool:
    """Programs write a few bytes before the mark, and who wants it to be a page as well would, too."""
    before, mark, _ = content[:1024].partition(b"%PDF-")
    return bool(mark) and b"<" not in before


def _is_plain_text(content: bytes) -> bool:
    """UTF-8 without control characters, which does not begin as HTML, SVG and XML do."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not text.lstrip().startswith("<") and not any(
        letter < " " and letter not in "\t\n\r\f" for letter in set(text)
    )


def _is_office(folder: bytes) -> Callable[[bytes], bool]:
    """An archive with the parts of such a document and no program. Its names stand in it as they are."""

    def judge(content: bytes) -> bool:
        is_document = content.startswith(b"PK\3\4") and b"[Content_Types].xml" in content and folder in content
        return is_document and b"vbaProject" not in content

    return judge


def _is_open_document(extension: str) -> Callable[[bytes], bool]:
    """The first part of the archive is its type."""
    told = b"mimetype" + MEDIA_TYPES[extension].encode()
    return lambda content: content.startswith(b"PK\3\4") and content[30 : 30 + len(told)] == told


_JUDGES: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "pdf": _is_pdf,
    "txt": _is_plain_text,
    "csv": _is_plain_text,
    "docx": _is_office(b"word/"),
    "xlsx": _is_office(b"xl/"),
    "odt": _is_open_document("odt"),
    "ods": _is_open_document("ods"),
}


def _rewrite_picture(content: bytes, extension: str, rules: FileRules) -> bytes:
    form = _FORMATS[PICTURES[extension]]
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as picture:
            _refuse_large(picture, rules)
            return _encode_picture(picture, form)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(rules) from None
    except _DAMAGED:
        raise WRONG_CONTENT(path=[], extension=extension) from None


def _refuse_large(picture: Image.Image, rules: FileRules) -> None:
    """Before it is decoded: a small file may have billions of pixels."""
    width, height = picture.size
    widest, highest = _sides(rules)
    if width > widest or height > highest or width * height > MAX_PIXELS:
        raise _too_many_pixels(rules)


def _too_many_pixels(rules: FileRules) -> Exception:
    width, height = _sides(rules)
    return _TOO_MANY_PIXELS(path=[], width=width, height=height, pixels=MAX_PIXELS)


def _sides(rules: FileRules) -> tuple[int, int]:
    return rules.limits.get("maxImageWidth", MAX_IMAGE_SIDE), rules.limits.get("maxImageHeight", MAX_IMAGE_SIDE)


def _encode_picture(picture: Image.Image, form: str) -> bytes:
    """Its first frame, turned as the camera said, with nothing but its pixels."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode not in _PLAIN_MODES[form]:
        has_alpha = form != "JPEG" and (upright.has_transparency_data or upright.mode in ("P", "PA"))
        upright = upright.convert("RGBA" if has_alpha else "RGB")
    upright.info = {}
    written = io.BytesIO()
    options = {"quality": 90} if form in ("JPEG", "WEBP") else {}
    upright.save(written, format=form, **options)
    return written.getvalue()
