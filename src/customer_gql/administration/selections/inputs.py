"""How customers are selected, and what that means for the one who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from sqlalchemy import ARRAY, BigInteger, ColumnElement, bindparam, column, exists, func, select

from customer_gql.administration.customer_grid.types import CUSTOMER_GRID
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id, parse_input_key_lists
from customer_gql.database.statements import AnySelect, equals_any
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column as input_column
from customer_gql.graph.grids.saved_views import NO_VIEW, RunnableView, find_view_of_mutation
from customer_gql.graph.grids.types import GridTypes
from customer_gql.loading.grids.filters import FilterTree
from customer_gql.loading.grids.saved import to_json
from customer_gql.messaging.jobs.runs.kinds import RowId
from customer_gql.messaging.jobs.runs.parts import FreezeRows, freeze_copy, freeze_ids, freeze_selected, freeze_whole
from customer_gql.messaging.jobs.runs.writes import NO_ROWS

from .empty_filters import refuse_empty_filter, refuse_empty_view
from .reads import select_lines_of
from .tables import SelectionScope, selection_batch
from .writes import NOT_FOUND, find_own_selection

MAX_IDS: Final = 1_000
_SELECTION_PATH: Final = ["selection", "selectionId"]
SEARCH_DESCRIPTION: Final = "Text to search for, as in `{list}`; narrows a filter, a view or everything."
EXCEPT_DESCRIPTION: Final = (
    f"Ids of {{records}} to leave out, at most {MAX_IDS}; narrows a filter, a view or everything."
)

_TOO_MANY: Final = Refusal(
    "selection.too_many", "Select at most {limit} records; you selected {count}.", UserErrorCode.TOO_MANY
)
_NOT_EVERYTHING: Final = Refusal("selection.not_everything", "`everything` is only true. Select in another way.")
_NOT_NARROWED: Final = Refusal(
    "selection.not_narrowed", "Only a filter, a view or everything can be narrowed. Leave this out."
)


@strawberry.input(one_of=True, description="Customers that are selected in exactly one way.")
class CustomerSelection:
    ids: strawberry.Maybe[list[strawberry.ID]] = input_column(f"Ids of the customers, at most {MAX_IDS}.")
    filter: strawberry.Maybe[CUSTOMER_GRID.filter_input] = input_column(  # pyright: ignore
        "Filter of `customers`; an empty one is refused."
    )
    view_id: strawberry.Maybe[strawberry.ID] = input_column("Saved view of `customers`, with its filter and search.")
    everything: strawberry.Maybe[bool] = input_column("True: every customer that the viewer reaches.")
    selection_id: strawberry.Maybe[strawberry.ID] = input_column("Selection that `customerSelectionCreate` made.")


@dataclass(frozen=True, slots=True)
class ChosenRecords:
    """`ids` are those that were given one by one, `statement` gives the ids and the `place` of each, and `copied` is the key of
    a selection with `copied_count` of them. `body` is what was given, as JSON."""

    scope: SelectionScope | None
    body: Any
    ids: Sequence[RowId] | None = None
    statement: AnySelect | None = None
    copied: int | None = None
    copied_count: int = 0

    @property
    def freeze_rows(self) -> FreezeRows:
        if self.copied is not None:
            copy = freeze_copy(selection_batch, selection_batch.c.selection_id == self.copied)
            return freeze_whole(copy, self.copied_count, NOT_FOUND(path=_SELECTION_PATH))
        if self.ids is not None:
            return freeze_ids(list(dict.fromkeys(self.ids)))
        assert self.statement is not None
        return freeze_selected(self.statement)

    def refuse_missing(self, count: int) -> None:
        """A selection that is over loses its ids before it is deleted itself. Raises `RuleError` when so many are left of more."""
        if self.copied is not None and count != self.copied_count:
            raise NOT_FOUND(path=_SELECTION_PATH)

    @property
    def selected(self) -> AnySelect:
        """The same as a statement."""
        if self.copied is not None:
            return select_lines_of(self.copied)
        if self.ids is not None:
            return _select_given(self.ids)
        assert self.statement is not None
        return self.statement


async def choose_customers(
    info: Info, given: CustomerSelection, search: str | None, except_ids: Sequence[str] | None
) -> ChosenRecords:
    """See `choose_records`."""
    return await choose_records(info, CUSTOMER_GRID, "cus", given, search, except_ids)


async def choose_records(
    info: Info, types: GridTypes, prefix: str, given: Any, search: str | None, except_ids: Sequence[str] | None
) -> ChosenRecords:
    """Which records of a grid are meant, as far as the viewer reaches. `given` has the fields of `CustomerSelection`, and `prefix`
    is that of their ids. Their key is one number, or that of a customer and a number.

    Raises `RuleError`, and `Forbidden` for a filter or a search that the viewer may not use.
    """
    if given.selection_id is not None:
        _refuse_narrowing(search, except_ids)
        return await _find_selected(info, types, given.selection_id.value, search)
    path = ["selection"]
    excepted = _parse_ids(except_ids, prefix, len(types.grid.key), ["exceptIds"]) if except_ids else []
    body = [search, sorted(excepted)]
    if given.ids is not None:
        _refuse_narrowing(search, except_ids)
        ids = _parse_ids(given.ids.value, prefix, len(types.grid.key), [*path, "ids"])
        return ChosenRecords(SelectionScope.IDS, [*body, ids], ids=ids)
    if given.filter is not None:
        asked = [*body, to_json(given.filter.value)]
        chosen = await _match(info, types, SelectionScope.FILTER, asked, given.filter.value, search, excepted)
        refuse_empty_filter(given.filter.value, [*path, "filter"])
        return chosen
    if given.view_id is not None:
        view, refused = await find_view_of_mutation(info, types, given.view_id.value)
        if refused is not None:
            raise refused.at([*path, "viewId"])
        refuse_empty_view(view, [*path, "viewId"])
        return await _match(
            info, types, SelectionScope.VIEW, [*body, given.view_id.value], None, search, excepted, view
        )
    if given.everything is None or not given.everything.value:
        raise _NOT_EVERYTHING(path=[*path, "everything"])
    return await _match(info, types, SelectionScope.EVERYTHING, [*body, True], None, search, excepted)


async def _find_selected(info: Info, types: GridTypes, id: str, search: str | None) -> ChosenRecords:
    key, by = parse_input_id(id, "sel", _SELECTION_PATH), actor_of(info.context.viewer)
    async with info.context.database.reads.acquire() as connection:
        own = await find_own_selection(connection, key, types.grid.name, _SELECTION_PATH, by=by)
    return ChosenRecords(None, [search, [], key], copied=key, copied_count=own.count)


def _refuse_narrowing(search: str | None, except_ids: Sequence[str] | None) -> None:
    if search is not None:
        raise _NOT_NARROWED(path=["search"])
    if except_ids:
        raise _NOT_NARROWED(path=["exceptIds"])


def _parse_ids(ids: Sequence[str], prefix: str, key_count: int, path: list[str]) -> list[RowId]:
    if not ids:
        raise NO_ROWS(path=path)
    if len(ids) > MAX_IDS:
        raise _TOO_MANY(path=path, limit=MAX_IDS, count=len(ids))
    keys = parse_input_key_lists(ids, prefix, key_count, path)
    return [key[0] if key_count == 1 else (key[0], key[1]) for key in keys]


async def _match(
    info: Info,
    types: GridTypes,
    scope: SelectionScope,
    body: Any,
    filter: FilterTree | None,
    search: str | None,
    excepted: Sequence[RowId],
    view: RunnableView = NO_VIEW,
) -> ChosenRecords:
    grid, viewer = types.grid, info.context.viewer
    types.require_viewer(viewer)  # counts tell what the list holds
    question = await types.ask(info, filter, search, None, view)
    key, *record = grid.key
    left_out = [_leave_out(grid.key, excepted)] if excepted else []
    # A search narrows a view that searches too. In a list it would replace that search, and find what the view does not.
    searched = None if search is None else grid.compile_search(view.search)
    also = [] if searched is None else [searched.condition]
    conditions = [*question.narrowing, *also, *grid.restricted(viewer.website_ids), *left_out]
    place = func.row(key, *record) if record else key
    columns = [key.label("id"), place.label("place"), *[one.label("record_id") for one in record]]
    chosen = grid.read(select(*columns).where(*conditions), conditions)
    return ChosenRecords(scope, body, statement=chosen)


def _list_numbers(ids: Sequence[RowId]) -> list[Any]:
    """Lists of numbers as parameters: those of the ids, or of their customers and of what they have."""
    pairs = [id if isinstance(id, tuple) else (id,) for id in ids]
    return [bindparam(None, list(numbers), type_=ARRAY(BigInteger())) for numbers in zip(*pairs, strict=True)]


def _leave_out(key: Sequence[ColumnElement[Any]], excepted: Sequence[RowId]) -> ColumnElement[bool]:
    if len(key) == 1:
        return ~equals_any(key[0], excepted)
    listed = func.unnest(*_list_numbers(excepted)).table_valued(*_name_numbers(len(key)))
    given = listed.render_derived(name="excepted")
    return ~exists().where(*[mine == other for mine, other in zip(key, given.c, strict=True)])


def _name_numbers(count: int) -> list[Any]:
    return [column(name, BigInteger()) for name in ("id", "record_id")[:count]]


def _select_given(ids: Sequence[RowId]) -> AnySelect:
    given = _list_numbers(list(dict.fromkeys(ids)))
    listed = func.unnest(*given).table_valued(*_name_numbers(len(given)), with_ordinality="place")
    return select(*listed.render_derived(name="given").c)
