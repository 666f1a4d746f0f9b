"""No text of a mail is a fault of the service: it is refused, or it is accepted and every preview of it works."""

import pytest

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_customer

UPDATE = (
    "mutation U($input: MailTemplateUpdateInput!) { mailTemplateUpdate(input: $input) { version userErrors { path } } }"
)
PREVIEW = """query P($view: ID!, $customer: ID!) {
  mailPreview(template: WELCOME, storeViewId: $view, customerId: $customer) { subject html text } }"""
NAME = "{{ firstName }}"
REFUSED = {
    "deep conditions": "{% if firstName %}" * 120 + "x" + "{% endif %}" * 120,
    "deeper conditions": "{% if firstName %}" * 300 + "{% endif %}" * 300,
    "deep parentheses": "{{ " + "(" * 3000 + "firstName" + ")" * 3000 + " }}",
    "deep inline conditions": "{{ " + "firstName if firstName else " * 300 + "firstName }}",
    "deep negations": "{{ " + "not " * 2000 + "firstName }}",
    "long conjunctions": "{{ firstName" + " and firstName" * 600 + " }}",
    "many branches": "{% if firstName %}" + "{% elif firstName %}x" * 400 + "{% endif %}",
    "many filters": "{{ firstName" + "|upper" * 1500 + " }}",
    "huge number": "{{ " + "9" * 9000 + " }}",
    "infinite number": "{% if firstName == 1e999 %}x{% endif %}",
    "infinite number in one branch": '{% if firstName == "Zed" %}{{ firstName|default(1e999) }}{% endif %}',
    "lone surrogate": '{{ "\\ud800" }}',
    "lone surrogate in one branch": '{% if firstName == "Zed" %}{{ "\\ud800" }}{% endif %}',
    "NUL": '{{ "\\x00" }}',
    "filter with arguments in one branch": '{% if firstName == "Zed" %}{{ "x"|trim(1, 2, 3) }}{% endif %}',
    "comparison of kinds in one branch": '{% if firstName == "Zed" %}{{ 1 < firstName }}{% endif %}',
    "unclosed": "{% if firstName %}x",
}


@pytest.mark.parametrize("part", ["html", "text"])
@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
async def test_a_hostile_text_is_refused_and_not_a_fault(text, part, manager, store):
    given = {"template": "WELCOME", "subject": "s", "html": "h", "text": "t", part: text[:9_900]}
    answer = await manager.data(UPDATE, input=given)
    assert answer["mailTemplateUpdate"] == {"version": None, "userErrors": [{"path": [part]}]}
    assert await store.fetchval("SELECT count(*) FROM mail_template") == 0


ACCEPTED = {
    "a few conditions": "{% if firstName %}" * 7 + NAME + "{% endif %}" * 7,
    "other branch": '{% if firstName == "Zed" %}{{ "x"|default("y")|upper }}{% else %}{{ 1|title }}{% endif %}',
    "negation": "{{ firstName if not firstName != 'Zed' else 'x' }}",
}


@pytest.mark.parametrize("name", ["Zed", "Ada"])
@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
async def test_an_accepted_text_renders_for_every_name(text, name, manager, store):
    input = {"template": "WELCOME", "subject": text, "html": text, "text": text}
    assert (await manager.data(UPDATE, input=input))["mailTemplateUpdate"] == {"version": 1, "userErrors": []}
    customer = customer_id(await make_customer(store, first_name=name))
    shown = await manager.data(PREVIEW, view=encode_id("stv", 1), customer=customer)
    assert shown["mailPreview"]["html"]
