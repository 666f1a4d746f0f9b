"""The basic forms of text."""

import unicodedata

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.core.text import (
    has_bidi_override,
    has_control_character,
    keep_printable,
    normalize_compatible_text,
    normalize_text,
    sort_key,
    to_single_line,
    validate_line,
    validate_lines,
)


@pytest.mark.parametrize(
    ("typed", "plain", "compatible"),
    [
        ("  Ada \t", "Ada", "Ada"),
        ("Jose\u0301", "Jos\u00e9", "Jos\u00e9"),
        ("\u00a0Ada\u3000", "Ada", "Ada"),
        ("\uff21\uff11", "\uff21\uff11", "A1"),
        ("ﬁ", "ﬁ", "fi"),
        ("a  b\nc", "a  b\nc", "a  b\nc"),
        (" \n ", "", ""),
        ("\u200b \u200d", "", ""),
        ("\u3164", "", ""),
        ("\ufe0f", "", ""),
        ("\ufeffAda\u200b", "Ada", "Ada"),
        ("A\u00a0B\u3000C", "A B C", "A B C"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("ab\u200d", "ab", "ab"),
        ("\u2764\ufe0f", "\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_normal_forms(typed, plain, compatible):
    assert normalize_text(typed) == plain
    assert normalize_compatible_text(typed) == compatible
    assert normalize_text(plain) == plain
    assert normalize_compatible_text(compatible) == compatible


def test_control_characters_are_those_of_unicode():
    for code in range(0x3000):
        assert has_control_character(f"a{chr(code)}b") is (unicodedata.category(chr(code)) == "Cc"), hex(code)


@pytest.mark.parametrize(
    ("text", "printable", "line"),
    [
        ("a b", "a b", "a b"),
        ("a\r\nBcc: b", "aBcc: b", "a Bcc: b"),
        ("a\u200bb", "ab", "a b"),
        (" a \t b ", " a  b ", "a b"),
        ("a\u00a0b", "ab", "a b"),
        ("é😀", "é😀", "é😀"),
    ],
)
def test_printable_text(text, printable, line):
    assert keep_printable(text) == printable
    assert to_single_line(text) == line


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_overrides_of_direction_are_refused(code: int):
    assert has_bidi_override(f"a{chr(code)}b")
    for validate in (validate_line, validate_lines):
        with pytest.raises(RuleError, match="change the direction"):
            validate(f"a{chr(code)}b", ["name"], 10)


def test_marks_of_direction_inside_a_text_stay():
    assert validate_line("\u05d0\u200e1\u200f", ["name"], 10) == "\u05d0\u200e1"


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\u2028b", "a\x07b", "a\x85b"])
def test_one_line_is_one_line(text: str):
    with pytest.raises(RuleError, match="Enter one line of text"):
        validate_line(text, ["name"], 10)


def test_several_lines():
    assert validate_lines(" a\r\nb\tc\u2028d\r", ["comment"], 10) == "a\nb\tc\nd"
    assert validate_lines("\u200b\n", ["comment"], 10) is None
    for refused in ("a\x07b", "x" * 11):
        with pytest.raises(RuleError):
            validate_lines(refused, ["comment"], 10)


def test_people_find_names_where_they_look_for_them():
    names = ["Adams", "Ædel", "d'Arc", "Ðuro", "İnan", "Łukasz", "Ødegaard", "Östman", "Ozols"]
    names += ["Strasse", "Strau", "Þórr", "van Dyck", "Vance", "Zoë"]
    assert sorted(names[8::-1], key=lambda name: sort_key(name).encode()) == names[:9]
    assert {sort_key("Strasse"), sort_key("Straße"), sort_key("STRASSE")} == {"strasse"}
    assert sorted(names[:8:-1], key=lambda name: sort_key(name).encode()) == names[9:]


def test_a_name_comes_before_the_longer_ones_that_start_with_it():
    people = [("Li", "Zoe"), ("Li", "Ada"), ("Li Wei", "Ada"), ("Lind", "Ada")]
    assert sorted(people, key=lambda name: sort_key(*name).encode()) == [people[1], people[0], people[2], people[3]]
