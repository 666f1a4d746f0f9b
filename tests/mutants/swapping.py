"""Puts changed code into the functions of a running process, and takes it out again."""

import gc
import marshal
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType

Place = tuple[str, int]
"""The qualified name of a function, and its first line."""


class NotSwappable(Exception):
    """No function in memory runs what was changed: it stands in a class or module, or runs at import alone."""


def read_functions(code: CodeType) -> dict[Place, CodeType | None]:
    """Every function of a module, nested ones too; None where two share a place, as two lambdas of a line do."""
    found: dict[Place, CodeType | None] = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            place = constant.co_qualname, constant.co_firstlineno
            found[place] = None if place in found else constant
            found |= read_functions(constant)
    return found


@contextmanager
def swapped(changed: bytes) -> Iterator[None]:
    """While the block runs, functions made of this file have the code of `changed`, the marshalled code of the module."""
    module: CodeType = marshal.loads(changed)
    codes = read_functions(module)
    originals: dict[FunctionType, CodeType] = {}
    for found in gc.get_objects():
        if isinstance(found, FunctionType) and found.__code__.co_filename == module.co_filename:
            code = codes.get((found.__code__.co_qualname, found.__code__.co_firstlineno))
            if code is not None and code != found.__code__ and code.co_freevars == found.__code__.co_freevars:
                originals[found] = found.__code__
                found.__code__ = code
    if not originals:
        raise NotSwappable
    try:
        yield
    finally:
        for function, original in originals.items():
            function.__code__ = original
