"""A lint of roots: what a request names is read or changed only within what its viewer reaches.

It reads the source of a module with roots. In a root of staff every argument is the request's; in one of customers, or of
staff about themselves, every decoded id is. The first awaited call that takes such a value has to take the viewer's
websites (or, in such a root, the viewer's own id) as well, or be one of `CHECKS`; a comparison with the viewer does too.
From then on the value names something within reach, and batch reads may take it as their key.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
STAFF_ROOTS = {"admin_field", "admin_mutation"}
OWN_ROOTS = {"customer_field", "customer_mutation", "own_staff_field", "own_staff_mutation"}
CHECKS = {
    "act_on_many",
    "act_on_order",
    "find_reachable_company",
    "find_reachable_customer",
    "find_reachable_order",
    "find_runnable_view",
    "find_shown_buyers",
    "find_view_of_mutation",
    "find_visible_view",
    "reauthenticate_staff",
    "adjust_ledger",
    "choose_customers",
    "choose_records",
    "find_import",
    "find_job",
    "find_own_membership",
    "require_own_membership",
    "reach_customer_of_viewer",
    "read_list",
    "submit_job",
    "validate_content",
}
"""They take the context and look at its viewer themselves."""
REACH = {"website_ids", "viewer", "customer_id", "staff_id"}
"""What a viewer reaches by, as attributes."""
DECODERS = {"collect_edits", "decode_id", "decode_keys", "parse_input_id", "parse_input_ids", "parse_input_keys"}
OPEN_PREFIXES = {"att", "car", "cpr", "grp", "tax", "txr", "txu"}
"""Of ids of what belongs to no website, and everybody may name."""
OPEN_STATEMENTS = {"ALL_WEBSITES", "ALL_TAX_CLASSES", "ALL_ORDER_STATUSES"}
"""Lists of the shop that all staff may see."""
KEY = re.compile(r"\b(str|\w*(ID|Id|Input))\b")
"""Annotations of arguments that can name a row. An enum or a number cannot."""
PLAIN = 0
"""In place of the line of an id: a value that names no row by itself, so that one check of the root is enough."""


@dataclass
class Module:
    """`by_actor` is for slices whose rules compare with the actor's own rights, which `by=` carries."""

    tree: ast.Module
    by_actor: bool
    functions: dict[str, Function] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.functions = {node.name: node for node in ast.walk(self.tree) if isinstance(node, Function)}

    def called(self, call: ast.AST) -> Function | None:
        """The function of this module that is called."""
        is_call = isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        return self.functions.get(call.func.id) if is_call else None  # pyright: ignore[reportAttributeAccessIssue]

    def is_guarded(self, function: Function) -> bool:
        """Whether it compares what it is given with the viewer before it gives it back."""
        compared = [node for node in ast.walk(function) if isinstance(node, ast.Compare)]
        return "reaches" in attributes(function) or any(self.looks_at_viewer(node) for node in compared)

    def looks_at_viewer(self, node: ast.AST) -> bool:
        locals_ = [local for inner in ast.walk(node) if (local := self.called(inner))]
        return bool(attributes(node) & REACH) or any(attributes(local) & REACH for local in locals_)


def unreached(source: str, *, by_actor: bool = False) -> list[str]:
    """The calls that take what the request names although nobody has checked it, as `root: call`."""
    module = Module(ast.parse(source), by_actor)
    local_calls = {local.name for node in ast.walk(module.tree) if (local := module.called(node))}
    found: list[str] = []
    for function in module.functions.values():
        kind = root_kind(function)
        if kind != "all websites" and function.name not in local_calls:
            given = keys_of(function) if kind in STAFF_ROOTS else []
            faults = check(module, function, dict.fromkeys(given, PLAIN))
            found += [f"{function.name}: {fault}" for fault in faults]
    return found


def keys_of(function: Function) -> list[str]:
    arguments = [(argument.arg, argument.annotation) for argument in function.args.args]
    return [name for name, annotation in arguments if annotation and KEY.search(ast.unparse(annotation))]


def root_kind(function: Function) -> str | None:
    for call in function.decorator_list:
        if isinstance(call, ast.Call) and name_of(call) in STAFF_ROOTS | OWN_ROOTS:
            for_all = any(keyword.arg == "all_websites" for keyword in call.keywords)
            return "all websites" if for_all else name_of(call)
    return None


def check(module: Module, function: Function, given: dict[str, int]) -> Iterator[str]:
    """`given` are names of what the request names and nobody has checked, with the line that made each of them."""
    looks_itself = "reaches" in attributes(function)
    awaited = [node.value for node in ast.walk(function) if isinstance(node, ast.Await)]
    for node in in_order(function):
        if isinstance(node, ast.Assign):
            made = [target for target, value in pairs(node) if is_given(module, value, given)]
            line = node.lineno if decodes(node) else PLAIN
            given |= {name: line for target in made for name in names(target)}
        elif isinstance(node, ast.Compare) and module.looks_at_viewer(node):
            release(given, names(node))
        elif isinstance(node, ast.Call) and (local := module.called(node)):
            yield from check(module, local, parameters(local, node, given))
        elif isinstance(node, ast.Call) and node in awaited and name_of(node) != "page":
            taken = {name for name in names_taken(node) if name in given}
            if is_fetch(node) and not attributes(function) & (REACH | OPEN_STATEMENTS):
                yield ast.unparse(node)
            elif not (taken or decodes(node)) or name_of(node).startswith("record_"):
                continue
            elif looks_itself or is_checking(module, node) or decodes_open_id(node):
                release(given, taken | {name for name, line in given.items() if line == PLAIN})
            else:
                yield ast.unparse(node)


def release(given: dict[str, int], checked: set[str]) -> None:
    """Parts of one id are checked together."""
    lines = {given.pop(name) for name in checked if name in given} - {PLAIN}
    for name in [name for name, line in given.items() if line in lines]:
        del given[name]


def is_given(module: Module, value: ast.AST, given: dict[str, int]) -> bool:
    call = value.value if isinstance(value, ast.Await) else value
    local = module.called(call)
    if local is not None:
        return not module.is_guarded(local) and (decodes(local) or bool(names(call) & set(given)))
    return decodes(value) or bool(names(value) & set(given))


def is_checking(module: Module, call: ast.Call) -> bool:
    passed = [*call.args, *[keyword.value for keyword in call.keywords if keyword.arg != "by"]]
    is_by_actor = module.by_actor and len(passed) < len(call.args) + len(call.keywords)
    return is_by_actor or name_of(call) in CHECKS or any(module.looks_at_viewer(part) for part in passed)


def lists_without_website(source: str) -> list[str]:
    """Names of root lists that would show staff of some websites the rows of all."""
    return [
        ast.unparse(node.targets[0])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and name_of(node.value) == "RootList"
        if "website" not in {keyword.arg for keyword in node.value.keywords}
    ]


def in_order(function: Function) -> list[ast.AST]:
    """Nearly as they are evaluated: what ends first, and of one end the innermost."""
    nodes = [node for statement in function.body for node in ast.walk(statement) if hasattr(node, "lineno")]
    return sorted(nodes, key=lambda node: (node.end_lineno, node.end_col_offset, -node.lineno, -node.col_offset))  # pyright: ignore[reportAttributeAccessIssue]


def pairs(node: ast.Assign) -> Iterator[tuple[ast.AST, ast.AST]]:
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        yield target, value


def decodes(node: ast.AST) -> bool:
    calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call) and name_of(inner) in DECODERS]
    return any(getattr(call.args[1], "value", None) not in OPEN_PREFIXES for call in calls)


def decodes_open_id(node: ast.AST) -> bool:
    calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call) and name_of(inner) in DECODERS]
    return bool(calls) and not decodes(node)


def parameters(local: Function, call: ast.Call, given: dict[str, int]) -> dict[str, int]:
    """Those of a function of the module that take what is unchecked."""
    by_place = zip([argument.arg for argument in local.args.args], call.args, strict=False)
    by_name = [(keyword.arg or "", keyword.value) for keyword in call.keywords]
    return dict.fromkeys([name for name, value in [*by_place, *by_name] if names(value) & set(given)], PLAIN)


def is_fetch(call: ast.Call) -> bool:
    """A statement for the request, `info.context.fetch`."""
    return ast.unparse(call.func).endswith("context.fetch")


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def names_taken(call: ast.Call) -> set[str]:
    return {name for part in (*call.args, *call.keywords) for name in names(part)}


def attributes(node: ast.AST) -> set[str]:
    """Attributes, and the names `viewer` and of statements."""
    found = {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
    return found | (names(node) & ({"viewer"} | OPEN_STATEMENTS))
