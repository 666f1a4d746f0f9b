"""Filters that match every record because of what is missing in them, which programs that put filters together send by mistake
(docs/domain/selections.md#selections-2)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from customer_gql.core.errors import Refusal
from customer_gql.core.text import normalize_text
from customer_gql.graph.grids.saved_views import RunnableView
from customer_gql.loading.grids.columns import ATTRIBUTES
from customer_gql.loading.grids.filters import LOGIC, FilterTree

FILTER_EMPTY: Final = Refusal(
    "selection.filter_empty", "An empty filter matches every record. Say `everything: true` if you mean that."
)
_NOTHING: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("notIn", "hasNone", "hasAll", "startsWith", "contains"), True),
    **dict.fromkeys(("in", "hasAny"), False),
}
"""Whether an operator matches everything or nothing when its list or its text is empty."""


def refuse_empty_filter(tree: FilterTree, path: Sequence[str]) -> None:
    """Raises `RuleError` for one that says nothing, so that "all" is always said."""
    if find_constant(tree) is True or not _has_operator(tree):
        raise FILTER_EMPTY(path=path)


def refuse_empty_view(view: RunnableView, path: Sequence[str]) -> None:
    """The same for the filter and the search of a saved view."""
    if view.search is None and (view.filter is None or find_constant(view.filter) is True):
        raise FILTER_EMPTY(path=path)


def _has_operator(tree: FilterTree) -> bool:
    parts: list[Any] = []
    for key, value in tree.items():
        if key not in LOGIC and value:
            return True
        parts += value if isinstance(value, list) else [value] if key in LOGIC else []
    return any(map(_has_operator, parts))


def find_constant(tree: FilterTree) -> bool | None:
    """True for a filter that matches every row, False for one that matches none, whatever is stored; None where that depends on the
    rows. As `{}`, `{"or": [{…}, {}]}` and `{"status": {"notIn": []}}`."""
    return _all([_find_in_entry(key, value) for key, value in tree.items()])


def _find_in_entry(key: str, value: Any) -> bool | None:
    if key == "not":
        found = find_constant(value)
        return None if found is None else not found
    if key in LOGIC:
        parts = [find_constant(part) for part in value]
        return _all(parts) if key == "and" else _any(parts)
    if key == ATTRIBUTES:
        return _all([_find_in_attribute(entry) for entry in value])
    return _all([_find_in_operator(name, given) for name, given in value.items()])


def _find_in_attribute(entry: FilterTree) -> bool | None:
    return _all([_find_in_entry(member, compared) for member, compared in entry.items() if member != "code"])


def _find_in_operator(name: str, value: Any) -> bool | None:
    is_empty = not normalize_text(value) if isinstance(value, str) else value == []
    return _NOTHING.get(name) if is_empty else None


def _all(parts: Sequence[bool | None]) -> bool | None:
    if False in parts:
        return False
    return True if all(parts) else None


def _any(parts: Sequence[bool | None]) -> bool | None:
    if True in parts:
        return True
    return None if None in parts else False
