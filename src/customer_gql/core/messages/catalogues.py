"""What refusals say in other languages than English, whose text stands where a refusal is declared.

One file for each language beside this module, with a table for each area and an entry for each reason.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from .templates import MessageTemplate

ENGLISH: Final = "en"
TRANSLATIONS: Final = ("de", "nl", "sv")
LANGUAGES: Final = (ENGLISH, *TRANSLATIONS)


@cache
def load_catalogue(language: str) -> Mapping[str, MessageTemplate]:
    """The messages of a language by key, `area.reason`; none for English."""
    if language not in TRANSLATIONS:
        return {}
    areas = tomllib.loads(resources.files("customer_gql.core.messages").joinpath(f"{language}.toml").read_text("utf-8"))
    return {
        f"{area}.{reason}": MessageTemplate(text) for area, texts in areas.items() for reason, text in texts.items()
    }
