"""What rules refuse with: declared once with key and code, said in every language, called with what the sentence needs."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import customer_gql
from customer_gql.cli.error_keys import describe_error_keys
from customer_gql.core.errors import REFUSALS, Refusal, RuleError, RuleErrors, UserErrorCode, restore_refusal
from customer_gql.core.messages.catalogues import ENGLISH, LANGUAGES, TRANSLATIONS, load_catalogue
from customer_gql.core.messages.negotiation import choose_language
from customer_gql.core.messages.templates import MessageTemplate
from customer_gql.schema.slices import join_declarations

PAGE = Path(__file__).parents[2] / "docs" / "error-keys.md"


@pytest.fixture(scope="module")
def modules() -> list[ModuleType]:
    join_declarations()
    names = [found.name for found in pkgutil.walk_packages(customer_gql.__path__, "customer_gql.")]
    return [importlib.import_module(name) for name in names if not name.endswith("__main__")]


@pytest.fixture(scope="module")
def refusals(modules: list[ModuleType]) -> dict[str, Refusal]:
    """Those of the package, without what tests declare."""
    return {value.key: value for module in modules for value in vars(module).values() if isinstance(value, Refusal)}


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_key_has_every_language_with_the_same_placeholders(language: str, refusals: dict[str, Refusal]):
    catalogue = load_catalogue(language)
    assert catalogue.keys() == refusals.keys()
    assert {key: catalogue[key].placeholders for key in refusals} == {
        key: refusal.template.placeholders for key, refusal in refusals.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_whole_sentences(language: str, refusals: dict[str, Refusal]):
    texts = {key: sample_message(refusal, language) for key, refusal in refusals.items()}
    assert [text for text in texts.values() if not re.fullmatch(r"[^\s\[\]].*[.?1-9]", text)] == []
    assert [text for text in texts.values() if "  " in text] == []


def sample_message(refusal: Refusal, language: str) -> str:
    return refusal(**dict.fromkeys(refusal.template.placeholders, "SAMPLE1")).message_in(language)


def test_a_translation_is_not_the_english_text(refusals: dict[str, Refusal]):
    for language in TRANSLATIONS:
        same = [key for key, one in refusals.items() if sample_message(one, language) == sample_message(one, ENGLISH)]
        assert same == [], language


def test_every_catalogue_is_in_the_order_of_its_keys():
    for language in TRANSLATIONS:
        keys = list(load_catalogue(language))
        assert keys == sorted(keys, key=lambda key: key.split(".")), language


def calls_of(module: ModuleType) -> Iterator[tuple[Refusal, ast.Call]]:
    """Where a refusal is called, or completed by `partial`."""
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if isinstance(node, ast.Call):
            is_partial = isinstance(node.func, ast.Name) and node.func.id == "partial"
            found = called_refusal(module, node.args[0] if is_partial else node.func)
            if found is not None:
                yield found, node


def called_refusal(module: ModuleType, named: ast.expr) -> Refusal | None:
    owner: Any = module
    if isinstance(named, ast.Attribute) and isinstance(named.value, ast.Name):
        owner = getattr(module, named.value.id, None)
    name = getattr(named, "attr", getattr(named, "id", None))
    found = getattr(owner, name, None) if isinstance(name, str) else None
    return found if isinstance(found, Refusal) else None


def test_every_rule_gives_the_placeholders_of_its_refusal(modules: list[ModuleType]):
    calls = [(module.__name__, refusal, call) for module in modules for refusal, call in calls_of(module)]
    assert len(calls) > 150
    for name, refusal, call in calls:
        given = {keyword.arg for keyword in call.keywords} - {"path"}
        assert given == refusal.template.placeholders, (name, call.lineno)


def test_the_page_of_keys_is_what_the_code_declares():
    assert PAGE.read_text() == f"{describe_error_keys()}\n", "run `make schema`"


@pytest.mark.parametrize("key", ["postcode", "Address.invalid", "address.", "address.Postcode", "a.b.c", "a-b.c"])
def test_a_key_is_an_area_and_a_reason(key: str):
    with pytest.raises(ValueError, match="an area and a reason"):
        Refusal(key, "No.")


def test_a_key_is_declared_once():
    with pytest.raises(ValueError, match="is declared twice"):
        Refusal("address.not_found", "No.")


@pytest.mark.parametrize("text", ["{Limit}", "{limit_}", "{a.b}", "{}", "{0}"])
def test_a_placeholder_is_a_word(text: str):
    with pytest.raises(ValueError, match="A placeholder is one word"):
        MessageTemplate(text)


@pytest.mark.parametrize("given", [{}, {"limit": 1, "more": 2}, {"Limit": 1}])
def test_a_refusal_takes_its_placeholders_and_nothing_else(given: dict[str, Any]):
    with pytest.raises(TypeError, match="takes"):
        REFUSALS["text.too_long"](**given)


def test_a_refusal_says_the_same_of_another_place():
    error = REFUSALS["text.too_long"](path=["name"], limit=5)
    assert (error.code, error.key, error.params, error.path) == (
        UserErrorCode.TOO_LONG,
        "text.too_long",
        {"limit": 5},
        ["name"],
    )
    moved = error.at(["input", "name"])
    assert (moved.key, moved.params, moved.path, error.path) == (error.key, error.params, ["input", "name"], ["name"])
    assert str(RuleErrors([error, moved])) == "Enter at most 5 characters.; Enter at most 5 characters."


@pytest.mark.parametrize(
    ("language", "number", "alternatives"),
    [
        ("en", "1,234,567", "A, B or C"),
        ("de", "1.234.567", "A, B oder C"),
        ("nl", "1.234.567", "A, B of C"),
        ("sv", "1\u00a0234\u00a0567", "A, B eller C"),
    ],
)
def test_values_are_written_as_the_language_writes_them(language: str, number: str, alternatives: str):
    template = MessageTemplate("{number} {number!s} {text} {listed} {listed:or}")
    values = {"number": 1234567, "text": "{x}", "listed": ["A", "B", "C"]}
    assert template.render_message(values, language) == f"{number} 1234567 {{x}} A, B, C {alternatives}"


@pytest.mark.parametrize("nothing", [None, [], ""])
def test_a_part_in_brackets_goes_with_what_it_shows(nothing: object):
    template = MessageTemplate("Choose {what}.[ Did you mean {meant}?]")
    assert template.render_message({"what": "one", "meant": ["A"]}, "en") == "Choose one. Did you mean A?"
    assert template.render_message({"what": "one", "meant": nothing}, "en") == "Choose one."


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de-Latn-AT-1996", "de"),
        ("nl-BE,nl;q=0.9", "nl"),
        ("fr", "en"),
        ("fr, sv;q=0.1", "sv"),
        ("fr;q=1.0,en;q=0.8,de;q=0.5", "en"),
        ("en;q=0.5, de;q=0.8, sv ; q=0.9", "sv"),
        ("de;q=0.3, de-CH;q=0.9, nl;q=0.5", "de"),
        ("nl, de", "nl"),
        ("de, nl", "de"),
        ("*", "en"),
        ("*, de;q=0.5", "en"),
        ("de, *;q=0.5", "de"),
        ("de;q=0", "en"),
        ("de;q=0, nl;q=0.001", "nl"),
        ("de;q=2", "en"),
        ("de;q=x, nl", "nl"),
        ("de_AT", "en"),
        ("german", "en"),
        (",;=q,,\x00\xff{}[]", "en"),
        ("de;" * 500, "en"),
        ("-de", "en"),
    ],
)
def test_the_language_is_the_one_most_wanted_of_those_there_are(accepted: str, language: str):
    assert choose_language(accepted) == language


def test_a_refusal_that_was_stored_is_known_by_its_key():
    stored = restore_refusal("text.too_long", {"limit": 5}, ["name"])
    assert isinstance(stored, RuleError)
    assert stored.message_in("nl") == "Vul maximaal 5 tekens in."


@pytest.mark.parametrize(
    ("key", "params"), [("text.gone", {}), (None, None), ("text.too_long", {"old": 1}), ("text.too_long", None)]
)
def test_one_of_another_version_is_not(key: object, params: object):
    assert restore_refusal(key, params, []) is None
