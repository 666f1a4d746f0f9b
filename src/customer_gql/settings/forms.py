"""The forms of settings that are texts: what is misspelled would otherwise be ignored later, without a word."""

import ipaddress
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from .browsers import split_list

# Without its port, with which it is never compared. An IPv6 address stands in brackets.
_HOST: Final = re.compile(r"[^\s:/*\[\]]+|\[[0-9a-fA-F:.]+\]")
_FOLDER_SCHEME: Final = "file:"
_BUCKET: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?")
_STORAGES: Final = ("redis", "rediss", "unix")


def without_empty(given: Mapping[str, Any]) -> dict[str, Any]:
    """An empty value counts as not set: the files of a deployment name what they leave open."""
    return {name: value for name, value in given.items() if value != ""}


def _validate_peer(given: str) -> str:
    try:
        ipaddress.ip_network(given)
    except ValueError:
        raise ValueError(f"{given!r} is neither an address nor a network such as 10.0.0.0/8") from None
    return given


def _validate_host(given: str) -> str:
    if not _HOST.fullmatch(given):
        raise ValueError(f"{given!r} is not a host such as shop.example.com, without scheme, port and wildcards")
    return given


def _validate_url(given: str) -> str:
    parts = urlsplit(given)
    if given and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError(f"{given!r} is not a URL that starts with https:// or http://")
    return given


def _validate_storage(given: str) -> str:
    scheme, colon, _ = given.partition("://")
    if not colon or scheme not in _STORAGES:  # the rest may contain a password
        raise ValueError("not an address such as redis://host:6379")
    return given


def _validate_files(given: str) -> str:
    folder = folder_of(given)
    if given != "database:" and bucket_of(given) is None and (folder is None or not folder.is_absolute()):
        raise ValueError(
            f"{given!r} is neither database: nor file: with the full path of a folder, as in file:/srv/files, nor s3: with "
            "a bucket and folders in it, as in s3://bucket/files"
        )
    if bucket_of(given) is not None and find_spec("obstore") is None:
        raise ValueError('files in a bucket need another package: pip install "customer-gql[s3]"')
    return given


def folder_of(files: str) -> Path | None:
    """The folder that the setting of files names."""
    return Path(files.removeprefix(_FOLDER_SCHEME)) if files.startswith(_FOLDER_SCHEME) else None


def bucket_of(files: str) -> str | None:
    """The URL of the bucket that the setting of files names."""
    return files if _BUCKET.fullmatch(files) and ".." not in files else None


Files = Annotated[str, AfterValidator(_validate_files)]


def _validate_name(given: str) -> str:
    if not re.fullmatch(r"[_A-Za-z][_0-9A-Za-z]{0,63}", given):
        raise ValueError(f"{given!r} is not the name of an operation")
    return given


Peers = Annotated[list[Annotated[str, AfterValidator(_validate_peer)]], BeforeValidator(split_list)]
Hosts = Annotated[list[Annotated[str, AfterValidator(_validate_host)]], BeforeValidator(split_list)]
Names = Annotated[list[Annotated[str, AfterValidator(_validate_name)]], BeforeValidator(split_list)]
Url = Annotated[str, AfterValidator(_validate_url)]
Storage = Annotated[str, AfterValidator(_validate_storage)]
