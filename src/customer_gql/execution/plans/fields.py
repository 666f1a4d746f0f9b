"""Fields that a later round answers: declared loads, pages of children, counts, and resolvers with a body."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import strawberry

from customer_gql.core.errors import BadInput
from customer_gql.graph.connections import Paged, window_of
from customer_gql.graph.fields import Load
from customer_gql.loading.pages import Page, Window, page_size, total
from customer_gql.loading.reads import Read
from customer_gql.loading.rounds import Asked, Foresee

from .answering import Answer
from .completing import Completer, Leaf, ListOf, Some
from .running import Place, Running
from .selecting import Level, Selection, Taken


class _Keyed:
    """Takes the columns of its key."""

    __slots__ = ("keys",)
    keys: Taken

    @property
    def takes(self) -> tuple[str, ...]:
        return self.keys.names


class _TakesNothing:
    __slots__ = ()

    @property
    def takes(self) -> tuple[str, ...]:
        return ()


class ObjectColumn:
    """An attribute of the object itself that has a selection of its own, or is no plain leaf."""

    __slots__ = ("answer", "column")

    def __init__(self, answer: Answer, column: Taken) -> None:
        self.answer = answer
        self.column = column

    @property
    def takes(self) -> tuple[str, ...]:
        return self.column.names

    def start(self, run: Running, level: Level) -> None:
        self.answer.fill(run, level, self.column.of(level))


class Loaded(_Keyed):
    """A declared load: one read for all objects of the level."""

    __slots__ = ("_narrow", "answer", "declared")

    def __init__(self, answer: Answer, declared: Load, keys: Taken) -> None:
        self.answer = answer
        self.declared = declared
        self.keys = keys
        self._narrow: Read | None = None

    def _read(self, run: Running) -> Read:
        if not run.again:
            return self.declared.read
        if self._narrow is None:
            self._narrow = narrow(self.declared.read, self.answer.completer)
        return self._narrow

    def start(self, run: Running, level: Level) -> None:
        keys = self.keys.of(level)
        asked = self.ask(run, keys)
        run.after_reading(asked, lambda: self.answer.fill_by_key(run, level, keys, asked.found.get))

    def ask(self, run: Running, keys: Sequence[Any]) -> Asked:
        if self.declared.limited:
            limit = page_size(run.arguments_of(self.answer.arguments)["first"])
            return run.ask(self._read(run), keys, {"limit": limit})
        return run.ask(self._read(run), [key for key in keys if key is not None], {})


class PagesOf(_Keyed):
    """A nested connection: one read for the pages of all objects of the level."""

    __slots__ = ("_narrow", "answer", "counts", "declared")

    def __init__(self, answer: Answer, declared: Paged, keys: Taken, *, counts: bool) -> None:
        self.answer = answer
        self.declared = declared
        self.keys = keys
        self.counts = counts
        self._narrow: dict[Read, Read] = {}

    def start(self, run: Running, level: Level) -> None:
        keys, window = self.keys.of(level), self._window(run)
        asked = self._ask(run, keys, window)

        def page(key: Any) -> Page:
            return self.declared.pages.page(run.context, key, asked.found[key], window)

        run.after_reading(asked, lambda: self.answer.fill_by_key(run, level, keys, page))

    def ask(self, run: Running, keys: Sequence[Any]) -> Asked:
        return self._ask(run, keys, self._window(run))

    def _window(self, run: Running) -> Window:
        return window_of(**{**_NO_WINDOW, **run.arguments_of(self.answer.arguments)})

    def _ask(self, run: Running, keys: Sequence[Any], window: Window) -> Asked:
        pages = self.declared.pages
        if self.counts:
            run.ask(pages.count, keys, {})  # in the same round, for the level of the page to find
        return run.ask(self._read(run, pages.read(window)), keys, window.arguments(pages.sort))

    def _read(self, run: Running, whole: Read) -> Read:
        if not run.again:
            return whole
        read = self._narrow.get(whole)
        if read is None:
            # A cursor is made of the columns of the order.
            read = self._narrow[whole] = narrow(whole, self.answer.completer, *self.declared.pages.sort.names)
        return read


_NO_WINDOW: Final = dict.fromkeys(["first", "after", "last", "before"], strawberry.UNSET)


class Counted(_TakesNothing):
    """How many a list holds, for all pages of the level."""

    __slots__ = ("answer",)

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def start(self, run: Running, level: Level) -> None:
        pages: Sequence[Page] = level.sources
        keys = [page.key for page in pages]
        reads = {page.counted_by for page in pages}
        read = reads.pop()
        if reads or read is None:
            counts = run.values()
            counts += [page.count() for page in pages]
            run.after(lambda: self.answer.fill(run, level, counts))
            return
        asked = run.ask(read, keys, {})
        run.after_reading(asked, lambda: self.answer.fill(run, level, [total(asked.found[key]) for key in keys]))


class Resolved(_TakesNothing):
    """A field with a resolver of its own, called for each object as the reference executor calls it."""

    __slots__ = ("answer", "resolve")

    def __init__(self, answer: Answer, resolve: Callable[..., Any]) -> None:
        self.answer = answer
        self.resolve = resolve

    def start(self, run: Running, level: Level) -> None:
        arguments = run.arguments_of(self.answer.arguments)
        infos = self.answer.infos(run, level)
        run.foresee.append(self._foresee(run))
        values = run.values()
        for source, info in zip(level.sources, infos, strict=True):
            values.append(self.resolve(source, info, **arguments))
        places = [Place(info, info.path) for info in infos] if self.answer.completer.placed else None

        def go_on() -> None:
            for value in values:
                if isinstance(value, Exception):
                    raise value
            level.fill(self.answer.name, self.answer.completer.complete(run, values, places))

        run.after(go_on)

    def _foresee(self, run: Running) -> Foresee:
        """What hangs on the row a resolver reads by its key, and has the same key, is read along with it."""

        def foresee(pending: Sequence[Asked]) -> None:
            selection = selection_of(self.answer.completer)
            if selection is None or len(pending) != 1 or pending[0].read.many:
                return
            keys = list(pending[0].waiting)
            for field in selection.keyed_by(pending[0].read.by):
                with suppress(BadInput):  # it is told when it is the field's turn
                    field.ask(run, keys)

        return foresee


def selection_of(completer: Completer) -> Selection | None:
    """Of a field that gives one object."""
    inside = completer.inside if isinstance(completer, Some) else completer
    return inside if isinstance(inside, Selection) else None


def narrow(read: Read, completer: Completer, *more: str) -> Read:
    """The read without the columns that the document does not look at."""
    wanted = wanted_of(completer)
    return read if wanted is None else read.narrowed(wanted | set(more))


def wanted_of(completer: Completer) -> frozenset[str] | None:
    """The attributes of the objects a field gives, of a page's or an edge's node too; None when that is unknown."""
    while isinstance(completer, Some | ListOf):
        completer = completer.inside if isinstance(completer, Some) else completer.item
    if isinstance(completer, Leaf):
        return frozenset()
    if not isinstance(completer, Selection) or completer.wanted is None:
        return None
    wanted = completer.wanted
    for field in completer.later:
        if isinstance(field, ObjectColumn):
            within = wanted_of(field.answer.completer)
            if within is None:
                return None
            wanted |= within
    return wanted
