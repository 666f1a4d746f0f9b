"""The changes that make mutants of a module. Each is small, and tests that notice it fail."""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
CLAUSES = {"where", "filter_by", "with_for_update", "order_by", "limit", "distinct", "having", "on_conflict_do_nothing"}
"""Methods of a statement that can be left out."""
WITHOUT_EFFECT = {"log", "print"}
NO_BEHAVIOR = {"annotation", "returns", "decorator_list"}
COMMUTATIVE = {"select", "min", "max", "gather", "and_", "or_"}
CONTEXTS = {"connection", "context", "info", "self"}
LONGEST = 90
Put = Callable[[ast.AST], None]


@dataclass(frozen=True)
class Mutant:
    """`key` says what is changed where, in words that survive a move of lines; `lines` are those it stands in."""

    key: str
    owner: str
    lines: range
    make: Callable[[], ast.Module]
    """The changed module, whose nodes stand on the lines of the original."""

    def source(self) -> str:
        return ast.unparse(self.make())

    def compiled(self, file: str) -> CodeType:
        return compile(self.make(), file, "exec", dont_inherit=True)


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    tree, seen = ast.parse(source), Counter[str]()

    def apply(put: Put, node: ast.AST, changed: ast.AST) -> ast.Module:
        put(ast.copy_location(changed, node))
        made = copy.deepcopy(ast.fix_missing_locations(tree))
        put(node)
        return made

    for node, owner, put in list(walk(tree, "")):
        for changed, description in changes_of(node):
            key = f"{module}::{owner or 'module'}: {description}"
            seen[key] += 1
            numbered = key if seen[key] == 1 else f"{key} ({seen[key]})"
            yield Mutant(numbered, owner, lines_of(node), lambda args=(put, node, changed): apply(*args))


def walk(node: ast.AST, owner: str) -> Iterator[tuple[ast.AST, str, Put]]:
    """Nodes that may change, the function or class they stand in, and how to put another in their place."""
    for child, put in children(node):
        is_scope = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        name = f"{owner}.{child.name}".lstrip(".") if is_scope else owner
        yield child, name, put
        yield from walk(child, name)


def children(node: ast.AST) -> Iterator[tuple[ast.AST, Put]]:
    """Without annotations, decorators, descriptions and assertions: no request meets their behavior."""
    for field, value in ast.iter_fields(node):
        if field in NO_BEHAVIOR:
            continue
        if isinstance(value, list):
            for index, child in enumerate(value):
                if isinstance(child, ast.AST) and not is_ignored(child):
                    yield child, lambda new, value=value, index=index: value.__setitem__(index, new)
        elif isinstance(value, ast.AST) and not is_ignored(value):
            yield value, lambda new, field=field: setattr(node, field, new)


def is_ignored(node: ast.AST) -> bool:
    is_description = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_description or isinstance(node, ast.Assert)


def lines_of(node: ast.AST) -> range:
    start = getattr(node, "lineno", 1)
    return range(start, (getattr(node, "end_lineno", None) or start) + 1)


def shorten(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def changes_of(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Other nodes to put in this one's place, with a description of each change."""
    for make in (change_comparison, change_operator, change_condition, change_constant, change_sign, change_return):
        changed = make(copy.deepcopy(node))
        if changed is not None:
            yield changed, f"{shorten(condition_of(node))} => {shorten(condition_of(changed))}"
    if isinstance(node, ast.Call):
        yield from changes_of_call(node)
    if isinstance(node, ast.stmt) and is_removable(node):
        yield ast.Pass(), f"without `{shorten(node)}`"


def condition_of(node: ast.AST) -> ast.AST:
    return node.test if isinstance(node, ast.If | ast.IfExp) else node


def change_comparison(node: Any) -> ast.AST | None:
    if not isinstance(node, ast.Compare) or len(node.ops) != 1 or type(node.ops[0]) not in COMPARISONS:
        return None
    node.ops = [COMPARISONS[type(node.ops[0])]()]
    return node


def change_operator(node: Any) -> ast.AST | None:
    if not isinstance(node, ast.BoolOp):
        return None
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return node


def change_condition(node: Any) -> ast.AST | None:
    """Negated, or without its `not`. Of a comparison its own changes are enough."""
    if not isinstance(node, ast.If | ast.IfExp) or isinstance(node.test, ast.Compare):
        return None
    test: ast.expr = node.test
    is_negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    node.test = test.operand if is_negated else ast.UnaryOp(ast.Not(), test)  # pyright: ignore[reportAttributeAccessIssue]
    return node


def change_constant(node: Any) -> ast.AST | None:
    """Numbers one higher, and the other truth value; defaults of arguments are among them."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, int):
        return None
    node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    return node


def change_sign(node: Any) -> ast.AST | None:
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub) or has_text(node):
        return None
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
    return node


def change_return(node: Any) -> ast.AST | None:
    """None, in place of what a function gives back. Of a comparison or a truth value its own changes are enough."""
    if not isinstance(node, ast.Return) or node.value is None or isinstance(node.value, ast.Constant | ast.Compare):
        return None
    node.value = ast.Constant(None)
    return node


def has_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(isinstance(side, ast.JoinedStr) or isinstance(getattr(side, "value", None), str) for side in sides)


def changes_of_call(node: ast.Call) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node.func, ast.Attribute) and node.func.attr in CLAUSES:
        yield node.func.value, f"without .{node.func.attr}() of `{shorten(node)}`"
        if len(node.args) > 1:
            for index, argument in enumerate(node.args):
                fewer = copy.deepcopy(node)
                del fewer.args[index]
                yield fewer, f"without `{shorten(argument)}` in .{node.func.attr}()"
    elif can_swap(node):
        swapped = copy.deepcopy(node)
        swapped.args[0], swapped.args[1] = swapped.args[1], swapped.args[0]
        yield swapped, f"{shorten(node)} => {shorten(swapped)}"


def can_swap(node: ast.Call) -> bool:
    """Two values of a kind may be mistaken for each other; a connection and a customer are not."""
    if len(node.args) < 2 or any(isinstance(argument, ast.Starred) for argument in node.args[:2]):
        return False
    first, name = node.args[0], getattr(node.func, "id", getattr(node.func, "attr", ""))
    return (
        name not in COMMUTATIVE
        and ast.dump(first) != ast.dump(node.args[1])
        and getattr(first, "id", None) not in CONTEXTS
    )


def is_removable(statement: ast.stmt) -> bool:
    """Calls and awaits for their effect, raised errors, and additions."""
    if isinstance(statement, ast.Raise | ast.AugAssign):
        return True
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    root = value
    while isinstance(root, ast.Call | ast.Attribute):
        root = root.func if isinstance(root, ast.Call) else root.value
    return isinstance(value, ast.Call) and getattr(root, "id", None) not in WITHOUT_EFFECT
