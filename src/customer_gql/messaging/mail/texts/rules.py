"""What a shop's own text may consist of (docs/domain/mail.md#mail-10): a closed grammar, so that rendering cannot fail."""

import math
import unicodedata
from collections.abc import Iterator
from typing import Final

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from customer_gql.core.errors import Refusal, RuleError
from customer_gql.core.text import TEXT_TOO_LONG
from customer_gql.messaging.mail.kinds import MailKind

from .link_placement import validate_link_placement

MAX_LENGTHS: Final = {"subject": 255, "html": 60_000, "text": 10_000}
# Deeper ones exhaust the stack of Jinja2 or of Python's compiler.
MAX_DEPTH: Final = 15
MAX_CONDITIONS: Final = 200
# Plain text is not escaped: `<` in a name is a `<` there.
PLAIN_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True
)
HTML_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True
)
_FILTERS: Final = {"upper": 0, "lower": 0, "title": 0, "capitalize": 0, "trim": 0, "default": 1}
# No call, attribute, loop or arithmetic: nothing that escapes the sandbox or takes long.
_ALLOWED: Final = (
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_COMPARISONS: Final = frozenset({"eq", "ne"})
_UNPRINTABLE: Final = frozenset({"Cc", "Cs"})

_SYNTAX_ERROR: Final = Refusal(
    "mail_template.syntax_error",
    "This is not a template. Check line {line!s}: each {{{{ needs }}}}, each {{% needs %}}, and each if needs endif.",
)
_NOT_RENDERABLE: Final = Refusal("mail_template.not_renderable", "The text cannot be rendered with sample values.")
_PART_MISSING: Final = Refusal("mail_template.part_missing", "Every mail has a subject, a text part and an HTML part.")
_SUBJECT_NOT_ONE_LINE: Final = Refusal("mail_template.subject_lines", "A subject is one line.")
_TOO_COMPLEX: Final = Refusal(
    "mail_template.too_complex",
    "A text has at most {conditions} conditions, and nests them at most {depth} levels deep.",
)
_COMPARISON_NOT_ALLOWED: Final = Refusal("mail_template.comparison_not_allowed", "Compare with == or != only.")
_CONTROL_CHARACTER: Final = Refusal("mail_template.control_character", "A constant contains a control character.")
_PLACEHOLDER_UNKNOWN: Final = Refusal(
    "mail_template.placeholder_unknown", "There is no placeholder '{name}'; the placeholders are {known}."
)
_CONSTRUCT_NOT_ALLOWED: Final = Refusal(
    "mail_template.construct_not_allowed",
    "A text consists of placeholders, filters and conditions; line {line!s} has something else.",
)
_FILTER_UNKNOWN: Final = Refusal(
    "mail_template.filter_unknown", "The filters are {known}; '{name}' is not one of them."
)
_FILTER_ARGUMENTS: Final = Refusal(
    "mail_template.filter_arguments", "The filter `default` takes one value, the others take none."
)


def validate_template_text(kind: MailKind, part: str, text: str) -> None:
    """Refuse a text that is too long, is no template, or has more than placeholders, filters and conditions."""
    _validate_length(part, text)
    try:
        parsed = (HTML_ENVIRONMENT if part == "html" else PLAIN_ENVIRONMENT).parse(text)
        _validate_nodes(kind, parsed)
        validate_link_placement(parsed, is_html=part == "html")
        _render_samples(kind, part, text)
    except RuleError as error:
        raise error.at([part]) from None
    except (TemplateError, SyntaxError) as error:
        raise _SYNTAX_ERROR(path=[part], line=getattr(error, "lineno", None) or 1) from None
    except (RecursionError, MemoryError):
        raise _too_deep(part) from None
    except (TypeError, ValueError, ArithmeticError):
        raise _NOT_RENDERABLE(path=[part]) from None


def _validate_length(part: str, text: str) -> None:
    if not text.strip():
        raise _PART_MISSING(path=[part])
    if len(text) > MAX_LENGTHS[part]:
        raise TEXT_TOO_LONG(path=[part], limit=MAX_LENGTHS[part])
    if part == "subject" and "\n" in text.strip():
        raise _SUBJECT_NOT_ONE_LINE(path=[part])


def _too_deep(part: str) -> RuleError:
    return _TOO_COMPLEX(path=[part], conditions=MAX_CONDITIONS, depth=MAX_DEPTH)


def _validate_nodes(kind: MailKind, parsed: nodes.Template) -> None:
    conditions = 0
    for node, depth in _walk_nodes(parsed, 0):
        conditions += isinstance(node, (nodes.If, nodes.CondExpr))
        if depth > MAX_DEPTH or conditions > MAX_CONDITIONS:
            raise _too_deep("")
        _validate_node(kind, node)


def _walk_nodes(node: nodes.Node, depth: int) -> Iterator[tuple[nodes.Node, int]]:
    for child in node.iter_child_nodes():
        yield child, depth
        yield from _walk_nodes(child, depth + 1)


def _validate_node(kind: MailKind, node: nodes.Node) -> None:
    match node:
        case nodes.Filter():
            _validate_filter(node)
        case nodes.Operand() if node.op not in _COMPARISONS:
            raise _COMPARISON_NOT_ALLOWED()
        case nodes.Const(value=str() as value) if any(unicodedata.category(c) in _UNPRINTABLE for c in value):
            raise _CONTROL_CHARACTER()
        case nodes.Const(value=float() as value) if not math.isfinite(value):
            raise _NOT_RENDERABLE()  # Jinja2 writes 1e999 as a name that nothing has
        case nodes.Name() if node.ctx != "load" or node.name not in kind.samples:
            raise _PLACEHOLDER_UNKNOWN(name=node.name, known=sorted(kind.samples))
        case _ if not isinstance(node, _ALLOWED):
            raise _CONSTRUCT_NOT_ALLOWED(line=node.lineno)


def _validate_filter(node: nodes.Filter) -> None:
    if node.name not in _FILTERS:
        raise _FILTER_UNKNOWN(name=node.name, known=list(_FILTERS))
    if len(node.args) != _FILTERS[node.name] or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise _FILTER_ARGUMENTS()


def _render_samples(kind: MailKind, part: str, text: str) -> None:
    """With and without values, which also shows that the text can be compiled and encoded."""
    template = (HTML_ENVIRONMENT if part == "html" else PLAIN_ENVIRONMENT).from_string(text)
    for values in (kind.samples, dict.fromkeys(kind.samples, "")):
        template.render(values).encode()
