"""Texts that a spreadsheet would compute get an apostrophe, and come back without it."""

import itertools

import pytest

from customer_gql.core.values.formulas import FORMULA_STARTS, escape_formula, unescape_formula

TEXTS = ["".join(chars) for size in range(6) for chars in itertools.product("'=＝ a", repeat=size)]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_escaped_text_begins_a_formula(start):
    assert escape_formula(f"{start}1") == f"'{start}1"
    assert unescape_formula(f"'{start}1") == f"{start}1"


def test_every_text_comes_back_whatever_apostrophes_it_has():
    assert [unescape_formula(escape_formula(text)) for text in TEXTS] == TEXTS
    assert len({escape_formula(text) for text in TEXTS}) == len(TEXTS)


@pytest.mark.parametrize("text", ["", "Anna", "O'Brien", "'plain", "''", "1-2", " =1"])
def test_other_texts_stay(text):
    assert escape_formula(text) == text
    assert unescape_formula(text) == text
