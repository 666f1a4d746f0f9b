"""The page of the documentation that lists what rules refuse with, for those who translate it or switch on it."""

from collections.abc import Iterator

from customer_gql.core.errors import REFUSALS, Refusal
from customer_gql.core.messages.catalogues import ENGLISH

_HEAD = """\
# Error keys

The `key` of each entry of `userErrors`, with its code, the names in its `params`, and the English message.
[Errors](errors.md) explains how clients use them. `make schema` writes this page.

| Key | Code | Parameters | Message |
| --- | --- | --- | --- |"""


def describe_error_keys() -> str:
    """A table in Markdown of every refusal of the modules that are imported, by key."""
    return "\n".join([_HEAD, *_rows()])


def _rows() -> Iterator[str]:
    for key, refusal in sorted(REFUSALS.items()):
        names = ", ".join(f"`{name}`" for name in sorted(refusal.template.placeholders))
        yield f"| `{key}` | `{refusal.code.value}` | {names} | {_show_message(refusal)} |"


def _show_message(refusal: Refusal) -> str:
    shown = {name: f"{{{name}}}" for name in refusal.template.placeholders}
    return refusal.template.render_message(shown, ENGLISH).replace("|", "\\|").replace("<", "\\<")
