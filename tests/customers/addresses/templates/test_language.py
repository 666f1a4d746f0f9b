"""The language of address templates: what it prints, what it refuses, and that its time is linear."""

import re
from typing import Any

import pytest
from hypothesis import given, strategies as st

from customer_gql.core.errors import RuleError
from customer_gql.customers.addresses.templates.formatting import format_address
from customer_gql.customers.addresses.templates.language import (
    MAX_VALUES,
    VALUES,
    Block,
    parse_template,
    render_template,
)
from customer_gql.customers.addresses.templates.settings import SETTINGS, TEMPLATES, AddressFormat

ADA: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Byron",
    "street": ["1 Analytical Way", "Flat <2>"],
    "city": "London",
    "postcode": "N1 7AA",
    "country_code": "GB",
    "telephone": "+44 20 7946 0000",
}
NAMES = st.sampled_from(VALUES)
PIECES = st.recursive(
    st.text(st.characters(exclude_characters="{}"), max_size=5) | NAMES.map(lambda name: f"{{{{var {name}}}}}"),
    lambda inner: st.builds(
        lambda tag, name, parts: f"{{{{{tag} {name}}}}}{''.join(parts)}{{{{/{tag}}}}}",
        st.sampled_from(["if", "depend"]),
        NAMES,
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


def render(template: str, **values: str) -> str:
    return render_template(parse_template(template), values)


def fault_of(template: str) -> RuleError | None:
    try:
        parse_template(template)
    except RuleError as refused:
        return refused
    return None


def reference(template: str, values: dict[str, str]) -> str:
    """Blocks from the inside out, then values: slow, and easy to check."""
    block = re.compile(r"\{\{(if|depend) (\w+)\}\}((?:(?!\{\{(?:if|depend) ).)*?)\{\{/\1\}\}", re.DOTALL)
    while found := block.search(template):
        content = found[3] if values.get(found[2]) else ""
        template = template[: found.start()] + content + template[found.end() :]
    return re.sub(r"\{\{var (\w+)\}\}", lambda found: values.get(found[1], ""), template)


@given(st.lists(PIECES, max_size=4).map("".join), st.dictionaries(NAMES, st.sampled_from(["", "x", "y z"])))
def test_a_template_prints_what_a_simple_reader_of_it_prints(template: str, values: dict[str, str]):
    assert render(template, **values) == reference(template, values)


@given(st.text(alphabet="{}/ \nvarifdepnctyx1", max_size=80))
def test_any_text_is_printed_or_refused_with_its_place(template: str):
    refused = fault_of(template)
    if refused is not None:
        assert refused.key.startswith("address_template.")
        line = template.split("\n")[refused.params["line"] - 1]
        assert line[refused.params["column"] - 1 :].startswith("{{")


@pytest.mark.parametrize(
    ("template", "key", "line", "column"),
    [
        ("{{var city}}\n  {{var citty}}", "unknown_value", 2, 3),
        ("{{if telephone}}\n{{depend password}}", "unknown_value", 2, 1),
        ("{{city}}", "unknown_tag", 1, 1),
        ("{{var city | upper}}", "unknown_tag", 1, 1),
        ("{{else}}", "unknown_tag", 1, 1),
        ("{{var __class__}}", "unknown_value", 1, 1),
        ("{{var cıty}}", "unknown_tag", 1, 1),
        ("a {{ b", "not_closed", 1, 3),
        ("a\nb {{if city}} c", "not_closed", 2, 3),
        ("{{/if}}", "not_open", 1, 1),
        ("{{if city}}{{/depend}}", "not_open", 1, 12),
        ("{{var city}}" * (MAX_VALUES + 1), "too_many_values", 1, 12 * MAX_VALUES + 1),
    ],
)
def test_a_fault_is_refused_with_line_and_column(template: str, key: str, line: int, column: int):
    with pytest.raises(RuleError) as refused:
        parse_template(template)
    assert refused.value.key == f"address_template.{key}"
    assert (refused.value.params["line"], refused.value.params["column"]) == (line, column)
    assert f"Line {line}, column {column}: " in str(refused.value)


@pytest.mark.parametrize(
    "template",
    ["{{if city}}" * 400 + "x" + "{{/if}}" * 400, "{{" * 5_000, "{{var city" * 900, "}}" * 5_000, "{" * 10_000],
)
def test_a_hostile_template_is_read_once(template: str):
    """Steps grow with the text, and nothing recurses."""
    refused = fault_of(template)
    if refused is not None:
        assert refused.key == "address_template.not_closed"
        return
    steps = parse_template(template)
    assert len(steps) <= len(template) // 7 + 1
    assert render_template(steps, {"city": "x"}) in {"x", template}
    assert all(step.end <= len(steps) for step in steps if isinstance(step, Block))


def test_more_than_ten_thousand_characters_are_refused():
    for setting in SETTINGS:
        with pytest.raises(RuleError) as refused:
            setting.validate_value("x" * 10_001)
        assert refused.value.key == "text.too_long"
        assert setting.validate_value(setting.default) == setting.default


@pytest.mark.parametrize(
    ("format", "written"),
    [
        ("TEXT", "Ada Byron\n1 Analytical Way\nFlat <2>\nLondon, N1 7AA\nUnited Kingdom\nT: +44 20 7946 0000"),
        ("ONE_LINE", "Ada Byron, 1 Analytical Way, Flat <2>, London, N1 7AA, United Kingdom"),
        (
            "HTML",
            "Ada Byron<br>\n1 Analytical Way<br>\nFlat &lt;2&gt;<br>\nLondon, N1 7AA<br>\nUnited Kingdom<br>\nT: +44 20 7946 0000",
        ),
        ("PDF", "Ada Byron|1 Analytical Way|Flat <2>|London, N1 7AA|United Kingdom|T: +44 20 7946 0000"),
    ],
)
def test_the_templates_that_come_along(format: str, written: str):
    kind = AddressFormat(format)
    assert format_address(TEMPLATES[kind].default, kind, ADA, "en_US") == written


def test_every_value_is_printed():
    whole = {
        **ADA,
        "prefix": "Dr.",
        "middle_name": "Augusta",
        "suffix": "PhD",
        "company": "Engines",
        "street": ["a", "b", "c", "d"],
        "region": "England",
        "fax": "1",
        "vat_number": "2",
    }
    template = "|".join(f"{name}={{{{var {name}}}}}" for name in VALUES)
    assert format_address(template, AddressFormat.ONE_LINE, whole, "de_DE") == (
        "prefix=Dr.|firstname=Ada|middlename=Augusta|lastname=Byron|suffix=PhD|company=Engines|street=a, b, c, d|street1=a|"
        "street2=b|street3=c|street4=d|city=London|region=England|postcode=N1 7AA|country=Vereinigtes Königreich|"
        "telephone=+44 20 7946 0000|fax=1|vat_id=2"
    )


def test_a_value_is_text_in_every_format():
    hostile = {**ADA, "first_name": "{{var city}}", "last_name": "O'<b>|\"&", "street": ["x"]}
    line = "{{var firstname}} {{var lastname}}"
    assert format_address(line, AddressFormat.TEXT, hostile, "en") == "{{var city}} O'<b>|\"&"
    assert format_address(line, AddressFormat.HTML, hostile, "en") == "{{var city}} O&#x27;&lt;b&gt;|&quot;&amp;"
    assert format_address(line, AddressFormat.PDF, hostile, "en") == "{{var city}} O'<b>¦\"&"


def test_names_from_right_to_left_stay_as_they_are():
    name = "\u0645\u062d\u0645\u062f"
    address = {
        **ADA,
        "first_name": name,
        "last_name": "\u200f\u05db\u05d4\u05df",
        "country_code": "AE",
        "street": [name],
    }
    written = format_address(
        "{{var firstname}} {{var lastname}}, {{var street}}", AddressFormat.ONE_LINE, address, "ar_AE"
    )
    assert written == f"{name} \u200f\u05db\u05d4\u05df, {name}"
