"""Texts of mails: ours are in the `mails/` of each slice, the shop's in `mail_template`; both are Jinja2 in a sandbox.

For a store view in `de_AT`, the text comes from the first of: the store view's own; then for `de_AT`, for `de` and for
`default` in turn the website's, the one for all websites, and our file. So a shop that rewrites the default text does
not take German away from Germans.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from customer_gql.core.values.person_names import contains_link
from customer_gql.database.statements import Connection, Row, fetch_rows
from customer_gql.messaging.mail.addressing import MailScope
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.mail.reads import TEMPLATE_OVERRIDES
from customer_gql.shop.settings.tables import ConfigurationScope

from .rules import HTML_ENVIRONMENT, PLAIN_ENVIRONMENT

FRAME_FOLDER: Final = Path(__file__).with_name("frames")
DEFAULT_LOCALE: Final = "default"
PARTS: Final = ("subject", "html", "text")
_SUFFIXES: Final = {"subject": "subject", "html": "html", "text": "txt"}
_NAMED_BY_STRANGERS: Final = ("firstName", "company")
_RANKS: Final = (ConfigurationScope.WEBSITE.value, ConfigurationScope.GLOBAL.value)


class TemplateOrigin(enum.Enum):
    BUILT_IN = "BUILT_IN"
    GLOBAL = "GLOBAL"
    WEBSITE = "WEBSITE"
    STORE_VIEW = "STORE_VIEW"


@dataclass(frozen=True, slots=True)
class TemplateText:
    """The text of one mail in one language, and where it comes from."""

    name: str
    locale: str
    origin: TemplateOrigin
    subject: str
    html: str
    text: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class RenderedMail:
    subject: str
    html: str
    text: str


def fallback_locales(locale: str) -> list[str]:
    """`de_AT` → `de_AT`, `de`, `default`."""
    language = locale.partition("_")[0]
    return list(dict.fromkeys([locale, language, DEFAULT_LOCALE]))


@cache
def read_built_in(name: str, locale: str) -> TemplateText | None:
    folder = MAIL_KINDS[name].folder / locale
    if not (folder / f"{name}.subject").is_file():
        return None
    texts = {part: (folder / f"{name}.{_SUFFIXES[part]}").read_text(encoding="utf-8") for part in PARTS}
    return TemplateText(name, locale, TemplateOrigin.BUILT_IN, texts["subject"], texts["html"], texts["text"])


@cache
def available_languages() -> frozenset[str]:
    """What the slices' mails are written in, which is also what a locale from elsewhere may name as part of a path."""
    folders = {kind.folder for kind in MAIL_KINDS.values()}
    return frozenset(inner.name for folder in folders for inner in folder.iterdir() if any(inner.glob("*.subject")))


async def load_template_texts(
    connection: Connection, names: Sequence[str], scope: MailScope
) -> dict[str, TemplateText]:
    """The texts that hold in a store view, in one statement for all of them."""
    locales = fallback_locales(scope.locale)
    rows = await fetch_rows(
        connection,
        TEMPLATE_OVERRIDES,
        names=list(names),
        locales=locales,
        website_id=scope.website_id,
        store_view_id=scope.store_view_id,
    )
    of_name: dict[str, list[Row]] = {name: [] for name in names}
    for row in rows:
        of_name[row.name].append(row)
    return {name: _choose_text(name, found, scope, locales) for name, found in of_name.items()}


def _choose_text(name: str, rows: Sequence[Row], scope: MailScope, locales: Sequence[str]) -> TemplateText:
    overrides = {(row.scope, row.locale): row for row in rows}
    own = overrides.get((ConfigurationScope.STORE_VIEW.value, ""))
    if own is not None:
        return _text_of_override(own, scope.locale)
    for locale in locales:
        for rank in _RANKS:
            if (rank, locale) in overrides:
                return _text_of_override(overrides[rank, locale], locale)
        file = read_built_in(name, locale) if locale in available_languages() else None
        if file is not None:
            return file
    raise LookupError(name)


def _text_of_override(row: Row, locale: str) -> TemplateText:
    return TemplateText(row.name, locale, TemplateOrigin(row.scope), row.subject, row.html, row.text, row.version)


def render_mail(source: TemplateText, values: Mapping[str, Any]) -> RenderedMail:
    """The mail's text. The parts stand in a frame of ours, so that a shop's text cannot break the document."""
    kind = MAIL_KINDS[source.name]
    known: dict[str, Any] = {name: _format_value(name, values.get(name)) for name in kind.samples}
    language = source.locale.partition("_")[0] if source.locale != DEFAULT_LOCALE else "en"
    framed: dict[str, Any] = {**known, "language": language}
    html, text = (
        _compile_template(HTML_ENVIRONMENT, source.html).render(known),
        _compile_template(PLAIN_ENVIRONMENT, source.text).render(known),
    )
    subject = _compile_template(PLAIN_ENVIRONMENT, source.subject).render(known)
    return RenderedMail(
        subject=" ".join(subject.split()),
        html=_frame_template("html").render(framed, body=Markup(html), subject=" ".join(subject.split())),  # noqa: S704 - escaped by its own template
        text=_frame_template("txt").render(framed, body=text.strip()),
    )


def _format_value(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("At"):
        # Times come as ISO 8601 in UTC and are shown without a region's habits.
        return str(value)[:16].replace("T", " ") + " UTC"
    line = " ".join(str(value).split())
    # A stranger signs up with somebody's address and an advertisement for a name; our mail must not carry it.
    return "" if name in _NAMED_BY_STRANGERS and contains_link(line) else line


@lru_cache(maxsize=256)
def _compile_template(environment: ImmutableSandboxedEnvironment, source: str) -> Template:
    return environment.from_string(source)


@cache
def _frame_template(suffix: str) -> Template:
    return _compile_template(
        HTML_ENVIRONMENT if suffix == "html" else PLAIN_ENVIRONMENT,
        (FRAME_FOLDER / f"frame.{suffix}").read_text(encoding="utf-8"),
    )
