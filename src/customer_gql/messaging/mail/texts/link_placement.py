"""Where `{{ link }}` may stand: as a whole `href` of an `a`, or as a word of its own (docs/domain/mail.md#mail-12).

Otherwise anyone who may edit a text could move the link's secret to another server: `https://evil.example/?{{ link }}`, an
image whose address is still open, a form, a style sheet that compares it.
"""

import re
from collections.abc import Sequence
from typing import Final

from jinja2 import nodes

from customer_gql.core.errors import Refusal

LINK: Final = "link"
# Private-use characters stand for what is not text: the link, another placeholder, a condition with and without the link.
_LINK: Final = "\ue000"
_VALUE: Final = "\ue001"
_CONDITION_WITH_LINK: Final = "\ue002"
_CONDITION: Final = "\ue003"
_MARKS: Final = re.compile(f"[{_LINK}{_CONDITION_WITH_LINK}]")
_BLANK: Final = " \t\r\n"
_NAME: Final = r"[A-Za-z][A-Za-z0-9-]*"
_ATTRIBUTE: Final = re.compile(rf"""\s+({_NAME})(?:=(?:"([^"<>]*)"|'([^'<>]*)'))?""")
_TAG: Final = re.compile(rf"""<(/?)({_NAME})((?:\s+{_NAME}(?:=(?:"[^"<>]*"|'[^'<>]*'))?)*)\s*/?>""")
_ELEMENTS: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "center",
        "code",
        "div",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
# They do not separate what is before them from what is behind: `https://evil.example/?<b>{{ link }}</b>` is one word.
_INSIDE_WORDS: Final = frozenset(["abbr", "b", "code", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"])
_ATTRIBUTES: Final = frozenset(
    [
        "align",
        "alt",
        "bgcolor",
        "border",
        "cellpadding",
        "cellspacing",
        "class",
        "color",
        "colspan",
        "dir",
        "face",
        "height",
        "href",
        "lang",
        "role",
        "rowspan",
        "size",
        "src",
        "style",
        "title",
        "valign",
        "width",
    ]
)

_LINK_COMPARED: Final = Refusal("mail_template.link_compared", "{{{{ link }}}} cannot be compared.")
_LINK_NOT_ALONE: Final = Refusal(
    "mail_template.link_not_alone",
    "{{{{ link }}}} stands alone: as the whole href of an <a>, or as a word between blanks or tags, without filters.",
)
_TAGS_INCOMPLETE: Final = Refusal(
    "mail_template.tags_incomplete",
    "The HTML of a text with {{{{ link }}}} consists of complete tags with quoted attributes.",
)
_ELEMENT_NOT_ALLOWED: Final = Refusal(
    "mail_template.element_not_allowed", "The element <{element}> is not allowed in a text with {{{{ link }}}}."
)
_ATTRIBUTE_NOT_ALLOWED: Final = Refusal(
    "mail_template.attribute_not_allowed", "The attribute {attribute} is not allowed in a text with {{{{ link }}}}."
)
_CONDITION_IN_TAG: Final = Refusal(
    "mail_template.condition_in_tag", "No condition may stand inside a tag of a text with {{{{ link }}}}."
)


def validate_link_placement(template: nodes.Template, *, is_html: bool) -> None:
    """Raises `RuleError`. A text without the link may contain any HTML."""
    if _names_link(template):
        _validate_body(template.body, is_html=is_html)


def _validate_body(body: Sequence[nodes.Node], *, is_html: bool) -> None:
    """Each branch of a condition is judged on its own: it opens and closes no tag of its surroundings."""
    text = "".join(_as_text(node) for node in body)
    if is_html:
        _validate_html(text)
    else:
        _validate_words(text)
    for node in body:
        if isinstance(node, nodes.If):
            for branch in (node.body, node.else_, *(other.body for other in node.elif_)):
                _validate_body(branch, is_html=is_html)


def _as_text(node: nodes.Node) -> str:
    if isinstance(node, nodes.Output):
        return "".join(_expression_as_text(part) for part in node.nodes)
    assert isinstance(node, nodes.If), node
    if any(_is_compared(test) for test in (node.test, *(other.test for other in node.elif_))):
        raise _LINK_COMPARED()
    branches = [*node.body, *node.else_, *(inner for other in node.elif_ for inner in other.body)]
    return _CONDITION_WITH_LINK if any(_names_link(inner) for inner in branches) else _CONDITION


def _expression_as_text(part: nodes.Node) -> str:
    if isinstance(part, nodes.TemplateData):
        return part.data
    if isinstance(part, nodes.Name) and part.name == LINK:
        return _LINK
    if _names_link(part):
        raise _LINK_NOT_ALONE()
    return _VALUE


def _names_link(node: nodes.Node) -> bool:
    return (isinstance(node, nodes.Name) and node.name == LINK) or any(
        name.name == LINK for name in node.find_all(nodes.Name)
    )


def _is_compared(test: nodes.Node) -> bool:
    """A comparison would tell the secret character by character; whether there is a link may be asked."""
    return _names_link(test) and not isinstance(test, nodes.Name)


def _validate_words(text: str) -> None:
    for found in _MARKS.finditer(text):
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        if (before and before not in _BLANK) or (after and after not in _BLANK):
            raise _LINK_NOT_ALONE()


def _validate_html(text: str) -> None:
    """Text and complete tags in turn, of the elements and attributes that mails need."""
    at, words = 0, ""
    for tag in _TAG.finditer(text):
        words += _text_between_tags(text[at : tag.start()])
        words += "" if tag[2].lower() in _INSIDE_WORDS else " "
        _validate_tag(*tag.groups())
        at = tag.end()
    _validate_words(words + _text_between_tags(text[at:]))


def _text_between_tags(text: str) -> str:
    if "<" in text or ">" in text:
        raise _TAGS_INCOMPLETE()
    return text


def _validate_tag(closes: str, element: str, attributes: str) -> None:
    if element.lower() not in _ELEMENTS:
        raise _ELEMENT_NOT_ALLOWED(element=element)
    for name, double, single in _ATTRIBUTE.findall(attributes):
        if name.lower() not in _ATTRIBUTES:
            raise _ATTRIBUTE_NOT_ALLOWED(attribute=name)
        value = double or single
        # The branches of a condition could close the quotation mark.
        if _CONDITION in value or _CONDITION_WITH_LINK in value:
            raise _CONDITION_IN_TAG()
        if _MARKS.search(value) and (closes, element.lower(), name.lower(), value) != ("", "a", "href", _LINK):
            raise _LINK_NOT_ALONE()
