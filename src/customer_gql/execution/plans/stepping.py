"""Running a coroutine up to where it waits, without a task of its own."""

from collections.abc import Coroutine, Generator
from typing import Any

from customer_gql.loading.rounds import Loads


async def driven(resolver: Coroutine[Any, Any, Any], loads: Loads) -> Any:
    """What a resolver gives that nothing else is awaited beside.

    While it waits for loads alone, their rounds are run here and now: there is nobody else whose asking would have to
    be waited for.
    """
    stepped = _Stepped(resolver)
    try:
        while not stepped.step(loads):
            if not loads.owns(stepped.waits_for):
                loads.start()  # what it asked for and does not wait for alone, as in a gather
                return await stepped
            await loads.round()
    except BaseException:
        resolver.close()
        raise
    return stepped.result


class _Stepped:
    """A coroutine that has begun. Awaiting it goes on in the task that began it."""

    __slots__ = ("_coroutine", "result", "waits_for")

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self.waits_for: Any = None
        self.result: Any = None

    def step(self, loads: Loads) -> bool:
        """Whether it has ended."""
        loads.driven = True
        try:
            self.waits_for = self._coroutine.send(None)
        except StopIteration as ended:
            self.result = ended.value
            return True
        finally:
            loads.driven = False
        return False

    def __await__(self) -> Generator[Any, Any, Any]:
        """As `await` on the coroutine would go on from here."""
        try:
            while True:
                try:
                    sent = yield self.waits_for
                except GeneratorExit:
                    raise
                except BaseException as error:  # noqa: BLE001 - whatever comes, a cancellation too, is for the coroutine
                    self.waits_for = self._coroutine.throw(error)
                else:
                    self.waits_for = self._coroutine.send(sent)
        except StopIteration as ended:
            return ended.value
