"""A grid: the list that it shows, its columns, and the statements that are made of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnClause,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql import visitors

from customer_gql.core.errors import BadInput
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import AnySelect, Statement, compile_statement
from customer_gql.loading.lists import RootList
from customer_gql.loading.reads import Read, WholeRead, one_by

from .columns import ColumnType, GridColumn
from .filters import CompiledFilter, FilterTree, compile_filter
from .halves import NO_JOINS, GridHalves, Joins, join_added, replace_columns
from .limits import EXACT_COUNT_LIMIT
from .orders import GridOrder, SortBy, make_order
from .search import SearchedText, find_text

Conditions = Sequence[ColumnElement[bool]]
_LIMIT: Any = bindparam("limit", type_=Integer())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Rows of `source` in any order, filtered and searched; each is shown as the row of `nodes` with the same key.

    `key` are the columns of `source` that identify a row, `node_key` the same of `nodes`, and `website` is the column
    that says which website a row belongs to: every statement about a grid is restricted to what its viewer reaches.
    `websites` is the same for rows of several websites, null for all, which are for viewers who reach every one of them.
    `halves` are the two tables of a source that joins one row each, so that a statement reads one alone where that is enough;
    the second one is what `nodes` has the columns of.
    `orders` are further sources of what decides the order, read where an order has one of their columns.
    `whole` gives the list as long as nothing filters or sorts it. `kept_count` tells how long it is, on `websites` or, when
    that is null, on all of them, where those who write the rows keep their number. `document` is what a search looks through,
    with an index over it where `is_search_indexed`. `list_name` stands in every cursor.
    """

    name: str
    title: str
    list_name: str
    nodes: AnySelect
    node_key: tuple[ColumnClause[Any], ...]
    source: FromClause
    key: tuple[ColumnElement[Any], ...]
    columns: Mapping[str, GridColumn]
    columns_by_sort_key: Mapping[str, GridColumn] = field(init=False)
    default_sort: SortBy
    website: ColumnElement[Any] | None = None
    websites: ColumnElement[Any] | None = None
    halves: GridHalves | None = None
    whole: RootList | None = None
    kept_count: Statement | None = None
    document: ColumnElement[Any] | None = None
    is_search_indexed: bool = False
    orders: Joins = field(default_factory=lambda: NO_JOINS)

    def __post_init__(self) -> None:
        by_key = {column.sort_key: column for column in self.columns.values() if column.sort_key is not None}
        object.__setattr__(self, "columns_by_sort_key", by_key)

    def restricted(self, websites: Websites) -> list[ColumnElement[bool]]:
        """The condition that keeps a statement to what somebody may reach; none for those who reach everything."""
        if websites is None:
            return []
        if self.websites is not None:
            return [self.websites.op("<@", is_comparison=True)(literal(sorted(websites), ARRAY(BigInteger)))]
        if self.website is None:
            return []
        return [self.website == any_(literal(sorted(websites), ARRAY(self.website.type)))]

    def compile_filter(self, tree: FilterTree | None, argument: str = "filter") -> CompiledFilter:
        return compile_filter(self.columns, tree, argument)

    def compile_search(self, searched: str | None) -> SearchedText | None:
        if searched is None:
            return None
        if self.document is None:
            raise BadInput("search: this list has no search.", argument=["search"])
        return find_text(self.document, searched)

    def order(self, sort: Sequence[SortBy], search: SearchedText | None = None) -> GridOrder:
        """In this order; without one by the default, and a search with what it matches exactly first."""
        first = search.rank if search is not None and not sort else None
        order = make_order(self.list_name, self.columns_by_sort_key, sort or [self.default_sort], self.key, first=first)
        return order if self.halves is None else self.halves.order(order)

    def page_statement(
        self, conditions: Conditions, order: GridOrder, *, backward: bool, positioned: bool, has_row: bool
    ) -> AnySelect:
        """The rows of a page: their keys are found first, so that nodes are read for these rows alone."""
        past = [order.beyond(backward=backward)] if positioned else []
        page = self._find_page([*conditions, *past], order, backward=backward).subquery("page")
        node = self.nodes.subquery("node")
        keys = [page.c[f"key_{i}"] for i in range(len(self.key))]
        joined = page.join(node, _match_keys([node.c[column.name] for column in self.node_key], keys))
        shown: list[ColumnElement[Any]] = [*node.c, *[page.c[name] for name in order.names]]
        if has_row:
            source, columns = self._beside(node)
            joined = joined.join(source, _match_keys(self.key, keys))
            shown += columns
        ordered = {name: page.c[name] for name in order.names}
        return order.reapplied(select(*shown).select_from(joined), ordered, backward=backward)

    def _find_page(self, conditions: Conditions, order: GridOrder, *, backward: bool) -> AnySelect:
        """The keys of the rows of a page. In an order by a further source, those that it has and the others are found each by
        themselves, since an index has the order of the former alone; the others only where a page lacks some."""
        ordered = [part.ordered for part in order.parts]
        found = select(*[column.label(f"key_{i}") for i, column in enumerate(self.key)], *order.selected())
        found = found.where(*conditions)
        added = [*self._find_orders(ordered[:1]).values()]
        if not added:
            return self.read(order.applied(found, backward=backward).limit(_LIMIT), conditions, ordered)
        [joined] = added
        of_source: Any = joined.left  # pyright: ignore[reportAttributeAccessIssue]
        valued = order.applied_to_valued(found.where(of_source.is_not(None)), backward=backward).limit(_LIMIT)
        empty = order.applied_to_empty(found.where(of_source.is_(None)), backward=backward).limit(_LIMIT)
        has_values_first = order.parts[0].is_descending != backward
        halves = [
            self.read(one, conditions, ordered) for one in ((valued, empty) if has_values_first else (empty, valued))
        ]
        first = halves[0].cte("first_half")
        is_short: Any = select(func.count()).select_from(first).scalar_subquery() < _LIMIT
        both = union_all(select(first), select(halves[1].where(is_short).subquery("second_half"))).subquery(
            "both_halves"
        )
        named = {name: both.c[name] for name in order.names}
        return order.reapplied(select(*both.c), named, backward=backward).limit(_LIMIT)

    def _beside(self, node: FromClause) -> tuple[FromClause, list[ColumnElement[Any]]]:
        """What a statement that has the nodes reads the columns of the grid from, and these columns."""
        shown = row_columns(self.columns)
        if self.halves is None:
            return self.source, shown
        of_node = {column: node.c[column.name] for column in self.halves.second.columns}
        return self.halves.first, [replace_columns(column, of_node) for column in shown]

    def read(self, statement: AnySelect, *expressions: Sequence[ColumnElement[Any]]) -> AnySelect:
        """The statement over the source, or over the part of it that these expressions need."""
        added = self._find_orders(one for part in expressions for one in part)
        if self.halves is None:
            return statement.select_from(join_added(self.source, added))
        return self.halves.read(statement, *expressions, added=added)

    def source_of(self, order: GridOrder) -> FromClause:
        """The source with what decides an order."""
        return join_added(self.source, self._find_orders(part.ordered for part in order.parts))

    def _find_orders(self, expressions: Iterable[ColumnElement[Any]]) -> Joins:
        if not self.orders:
            return self.orders
        used = {getattr(element, "table", None) for one in expressions for element in visitors.iterate(one)}
        return {source: condition for source, condition in self.orders.items() if source in used}

    def row_read(self) -> Read:
        """The rows by key."""
        keys = [column.label(f"row_key_{i}") for i, column in enumerate(self.key)]
        return WholeRead(select(*keys, *row_columns(self.columns)).select_from(self.source), *keys)

    def count_statement(self, conditions: Conditions) -> AnySelect:
        """How many rows there are; when there are more than the limit, a negative number one beyond it."""
        return _capped_count(self.read(select(literal(1)).where(*conditions), conditions))

    def explain_statement(self, conditions: Conditions) -> Statement:
        """The plan of the list without pages, as JSON."""
        planned = compile_statement(self.read(select(literal(1)).where(*conditions), conditions))
        return Statement(f"EXPLAIN (FORMAT JSON) {planned.sql}", planned.names, planned.defaults)

    def facets_statement(self, conditions: Conditions, facets: Sequence[GridColumn], first: int) -> AnySelect:
        """Of each column the most frequent values, of at most as many rows as are counted."""
        limit: Any = EXACT_COUNT_LIMIT + 1
        values = [value for i, column in enumerate(facets) for value in _facet_values(i, column)]
        matched = self.read(select(*values).where(*conditions).limit(limit), values, conditions).cte("matched")
        parts = [_facet_part(i, column, matched, first) for i, column in enumerate(facets)]
        facet = union_all(*parts).subquery("facet")
        return select(facet, EXACT_COUNT_LIMIT.label("exact_limit")).order_by(facet.c.facet, facet.c.place)

    def membership_read(self, narrowing: Conditions) -> Read:
        """Of each row, whether all of the conditions hold."""
        key = self.key[0].label("match_key")
        is_match = func.coalesce(and_(literal(True), *narrowing), literal(False)).label("is_match")
        return one_by(select(key, is_match).select_from(self.source), key)

    def matches_read(self, compiled: CompiledFilter) -> Read:
        """Of each row whether it matches, and each clause: its value, and whether it is true."""
        conditions: list[ColumnElement[Any]] = [
            func.coalesce(compiled.condition, literal(False)).label("is_match")
            if compiled.condition is not None
            else literal(True).label("is_match")
        ]
        for i, clause in enumerate(compiled.clauses):
            conditions.append(func.coalesce(clause.condition, literal(False)).label(f"is_true_{i}"))
            conditions.append(clause.column.value.label(f"actual_{i}"))
        keys = [column.label(f"match_key_{i}") for i, column in enumerate(self.key)]
        return one_by(select(*keys, *conditions).select_from(self.source), *keys)


def _match_keys(columns: Sequence[ColumnElement[Any]], keys: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    return and_(*[column == key for column, key in zip(columns, keys, strict=True)])


def row_columns(columns: Mapping[str, GridColumn]) -> list[ColumnElement[Any]]:
    """Those that every shop has; of the others a row has what they show in a field of its own."""
    return [part for column in columns.values() if column.member is None for part in column.selected()]


def columns_by_key(*columns: GridColumn) -> dict[str, GridColumn]:
    found = {column.key: column for column in columns}
    assert len(found) == len(columns), "two columns have one key"
    return found


def _capped_count(rows: AnySelect) -> AnySelect:
    limit: Any = EXACT_COUNT_LIMIT
    counted = func.count()
    return select(case((counted > limit, -counted), else_=counted).label("total")).select_from(
        rows.limit(limit + 1).subquery()
    )


def _facet_values(number: int, column: GridColumn) -> list[ColumnElement[Any]]:
    """What the rows are counted by. Tags are counted by the form in which they are compared, and come with how they are spelt."""
    if column.type is ColumnType.OPTIONS:
        return [column.match_value.label(f"value_{number}")]
    if column.type is not ColumnType.TAGS:
        return [column.value.label(f"value_{number}")]
    return [column.match_value.label(f"value_{number}"), column.value.label(f"spelt_{number}")]


def _facet_part(number: int, column: GridColumn, matched: FromClause, first: int) -> AnySelect:
    """The values of one column, with the number of rows they were counted in, and their place by frequency."""
    counted = _count_values(number, column, matched).subquery()
    place = func.row_number().over(order_by=(counted.c.count.desc(), counted.c.value.asc().nulls_first()))
    ranked = select(counted, func.sum(counted.c.count).over().label("total"), place.label("place")).subquery()
    label = _facet_label(column, ranked)
    return select(
        literal(number, Integer()).label("facet"),
        cast(ranked.c.value, Text()).label("value"),
        cast(label, Text()).label("label"),
        ranked.c.count.label("count"),
        ranked.c.total.label("total"),
        ranked.c.place.label("place"),
    ).where(ranked.c.place <= first)


def _count_values(number: int, column: GridColumn, matched: FromClause) -> AnySelect:
    value, count = matched.c[f"value_{number}"], func.count().label("count")
    if column.type is ColumnType.OPTIONS:
        nothing: Any = literal_column("ARRAY[NULL]::text[]", ARRAY(Text()))
        code = select(func.unnest(func.coalesce(value, nothing)).label("value")).subquery()
        return select(code.c.value, count).group_by(code.c.value)
    if column.type is not ColumnType.TAGS:
        return select(value.label("value"), count).group_by(value)
    spelt = matched.c[f"spelt_{number}"]
    tag = select(func.unnest(value).label("value"), func.unnest(spelt).label("spelt")).subquery()
    return select(tag.c.value, func.min(tag.c.spelt).label("spelt"), count).group_by(tag.c.value)


def _facet_label(column: GridColumn, values: FromClause) -> ColumnElement[Any]:
    """What people read for a value; of several spellings of a tag the first that a row of the list has."""
    if column.type is ColumnType.TAGS:
        return values.c.spelt
    return literal(None, Text()) if column.sql_label is None else column.sql_label(values.c.value)
