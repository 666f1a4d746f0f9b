"""How long and how deep a text of the shop may be, and what each filter takes: the last that is taken, and one more."""

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.mail.texts.rules import validate_template_text


def find_refusal(text: str, part: str = "text") -> str | None:
    """The key of what a text is refused with."""
    try:
        validate_template_text(MAIL_KINDS["welcome"], part, text)
    except RuleError as refused:
        return refused.key
    return None


@pytest.mark.parametrize(("part", "longest"), [("subject", 255), ("html", 60_000), ("text", 10_000)])
def test_the_length_of_a_part(part: str, longest: int):
    assert find_refusal("x" * longest, part) is None
    with pytest.raises(RuleError) as refused:
        validate_template_text(MAIL_KINDS["welcome"], part, "x" * (longest + 1))
    found = refused.value
    assert (found.key, found.params, found.path) == ("text.too_long", {"limit": longest}, [part])


def test_the_number_of_conditions():
    condition = "{% if firstName %}x{% endif %}"
    assert find_refusal(condition * 200) is None
    assert find_refusal(condition * 201) == "mail_template.too_complex"
    inline = "{{ firstName if firstName }}"
    assert find_refusal(condition * 100 + inline * 100) is None
    assert find_refusal(condition * 100 + inline * 101) == "mail_template.too_complex"


def test_the_depth_of_conditions():
    def nested(levels: int) -> str:
        return "{% if firstName %}" * levels + "{% endif %}" * levels

    assert find_refusal(nested(15)) is None
    assert find_refusal(nested(16)) == "mail_template.too_complex"


@pytest.mark.parametrize("number", [f"0x{'f' * 4000}", "1e999"], ids=["digits", "infinite"])
@pytest.mark.parametrize(
    "text",
    [
        "{{ NUMBER }}",
        "{% if firstName == NUMBER %}x{% endif %}",
        "{{ firstName|default(NUMBER) }}",
        '{% if firstName == "Zed" %}{{ firstName if firstName == NUMBER else "x" }}{% endif %}',
    ],
)
def test_a_number_that_cannot_be_written_out(text: str, number: str):
    assert find_refusal(text.replace("NUMBER", number)) == "mail_template.not_renderable"
    assert find_refusal(text.replace("NUMBER", "1e99")) is None


def test_what_cannot_be_encoded():
    assert find_refusal("\ud800") == "mail_template.not_renderable"


@pytest.mark.parametrize("name", ["upper", "lower", "title", "capitalize", "trim"])
def test_a_filter_without_arguments(name: str):
    assert find_refusal(f"{{{{ firstName|{name} }}}}") is None
    for arguments in ("1", "x=1", "*firstName", "**firstName"):
        assert find_refusal(f"{{{{ firstName|{name}({arguments}) }}}}") == "mail_template.filter_arguments"


def test_the_filter_with_one_argument():
    assert find_refusal('{{ firstName|default("you") }}') is None
    for arguments in ("", '"you", true', 'default_value="you"', '"you", *firstName'):
        assert find_refusal(f"{{{{ firstName|default({arguments}) }}}}") == "mail_template.filter_arguments"


@pytest.mark.parametrize(("test", "refusal"), [("==", None), ("!=", None), ("<", "comparison"), ("in", "comparison")])
def test_what_compares(test: str, refusal: str | None):
    found = find_refusal(f'{{{{ "x" if firstName {test} "Ada" else "y" }}}}')
    assert found == (None if refusal is None else "mail_template.comparison_not_allowed")
