"""Which plans let the database write: those that run often, as long as their statements find room in each connection.

A statement that writes a profile takes every backend about 3 MB, so that there is room for few.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final, TypeVar
from weakref import WeakKeyDictionary

import asyncpg
import structlog
from graphql import GraphQLError

from customer_gql.core.errors import GraphError
from customer_gql.database.pools import Database
from customer_gql.database.statements import KEPT_GENERATED
from customer_gql.execution.error_masking import is_unavailable
from customer_gql.execution.plans.errors import FallBack
from customer_gql.execution.plans.running.run import PlanRun

log = structlog.get_logger("plans")
T = TypeVar("T")

FREQUENT_AFTER: int = 50
"""Runs of a plan until the database writes for it."""
MAX_PLANS = 32
MAX_IDLE = 1000
"""Uses of others after which a plan gives its place to another: below, two would take it from each other."""
_MAX_REFUSED: Final = 20


class WritingState:
    """What one plan knows of its statements: their length, when they ran last, and whether they are of use."""

    __slots__ = ("__weakref__", "characters", "is_stopped", "last_use", "refused", "runs")

    def __init__(self) -> None:
        self.runs = 0
        self.refused = 0
        self.is_stopped = False
        self.characters = 0
        self.last_use = 0

    async def write_or_read(self, run: PlanRun, run_once: Callable[[PlanRun], Awaitable[T]]) -> T:
        """What a run gives in which the database writes; where it cannot, the plan runs as it would without."""
        context = run.context
        kept = FrequentPlans.for_database(context.database)
        if not kept.admit(self):
            return await run_once(run)
        written = PlanRun(context, run.variables, is_repeated=True, is_written=True)
        try:
            answer = await run_once(written)
        except FallBack:
            self.count_refusal()
        except asyncpg.QueryCanceledError:
            self.stop()  # there is no time left for another way, but the next request takes it
            raise
        except Exception as error:
            if is_unavailable(error) or isinstance(error, GraphError | GraphQLError):
                raise  # the plan would meet it too
            log.warning("statement_stopped", error=type(error).__name__)
            self.stop()
        else:
            characters = sum(len(read.statement.sql) for read in written.written_reads)
            if characters > self.characters:
                kept.note_characters(self, characters)
            return answer
        await context.start_again()
        return await run_once(run)

    def count_refusal(self) -> None:
        """The plan had to answer after all; what does so often is not tried any more."""
        self.refused += 1
        self.is_stopped = self.refused >= _MAX_REFUSED and self.refused * 4 > self.runs

    def stop(self) -> None:
        self.is_stopped = True


class FrequentPlans:
    """The plans whose statements the connections of one pool keep."""

    _by_pool: ClassVar[WeakKeyDictionary[object, "FrequentPlans"]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._kept: OrderedDict[int, WritingState] = OrderedDict()
        self._uses = 0

    @classmethod
    def for_database(cls, database: Database) -> "FrequentPlans":
        kept = cls._by_pool.get(database.reads)
        if kept is None:
            kept = cls._by_pool[database.reads] = cls()
        return kept

    def admit(self, state: WritingState) -> bool:
        """Whether the plan may write in this run."""
        self._uses += 1  # those that find no room count too, so that it is made in the end
        if state.is_stopped:
            self._kept.pop(id(state), None)
            return False
        if id(state) in self._kept:
            self._kept.move_to_end(id(state))
        elif self._has_room(state):
            self._kept[id(state)] = state
        else:
            return False
        state.last_use = self._uses
        state.runs += 1
        return True

    def note_characters(self, state: WritingState, characters: int) -> None:
        """What the statements of a plan turned out to take; one that does not fit in has to wait for room."""
        state.characters = characters
        state.is_stopped = state.is_stopped or characters > KEPT_GENERATED
        if id(state) in self._kept and not self._fits(0):
            del self._kept[id(state)]
            if self._has_room(state):
                self._kept[id(state)] = state

    def _has_room(self, state: WritingState) -> bool:
        while not self._fits(state.characters) or len(self._kept) >= MAX_PLANS:
            if not self._kept:
                return False
            oldest = next(iter(self._kept.values()))
            if not oldest.is_stopped and self._uses - oldest.last_use < MAX_IDLE:
                return False
            self._kept.popitem(last=False)
        return True

    def _fits(self, more: int) -> bool:
        return sum(state.characters for state in self._kept.values()) + more <= KEPT_GENERATED
