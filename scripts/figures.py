"""Figures about the code of a checkout: `python scripts/figures.py [path]`. Reads the files only, imports none of them.

A one-word name is one without an underscore inside. Dunder methods do not count, and resolvers do not either: their
name is that of a GraphQL field. The share of `Any` counts the name in code, imports left out.
"""

import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
LONG_FILE, LONG_FUNCTION, NAME_LIMIT = 300, 40, 3
RESOLVER_ENDINGS = ("field", "mutation", "subscription")


@dataclass
class Source:
    """What the figures need to know of the Python files below one folder."""

    lines_by_file: dict[Path, int] = field(default_factory=dict)
    files_by_folder: Counter[Path] = field(default_factory=Counter)
    functions: list[str] = field(default_factory=list)
    lines_by_function: list[int] = field(default_factory=list)
    modules_by_function: dict[str, set[Path]] = field(default_factory=dict)
    classes: Counter[str] = field(default_factory=Counter)
    any_count: int = 0

    @property
    def lines(self) -> int:
        return sum(self.lines_by_file.values())

    @property
    def one_word_share(self) -> float:
        return share(sum(is_one_word(name) for name in self.functions), len(self.functions))

    @property
    def duplicate_classes(self) -> list[str]:
        return sorted(name for name, count in self.classes.items() if count > 1)

    @property
    def spread_functions(self) -> list[str]:
        return sorted(name for name, modules in self.modules_by_function.items() if len(modules) >= NAME_LIMIT)


def read_source(folder: Path) -> Source:
    source = Source()
    for file in sorted(folder.rglob("*.py")):
        relative = file.relative_to(folder)
        text = file.read_text(encoding="utf-8")
        source.files_by_folder[relative.parent] += file.name != "__init__.py"
        if text.strip():
            source.lines_by_file[relative] = len(text.splitlines())
        count_names(source, relative, ast.parse(text))
    return source


def count_names(source: Source, file: Path, tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            source.classes[node.name] += 1
        elif isinstance(node, Function):
            source.lines_by_function.append((node.end_lineno or node.lineno) - node.lineno + 1)
            if not is_dunder(node.name) and not is_resolver(node):
                source.functions.append(node.name)
        source.any_count += isinstance(node, ast.Name) and node.id == "Any"
    for name in module_functions(tree):
        source.modules_by_function.setdefault(name, set()).add(file)


def module_functions(tree: ast.Module) -> Iterator[str]:
    """Functions of the module itself: methods belong to their class, and classes are told apart by their names."""
    yield from (node.name for node in tree.body if isinstance(node, Function) and not is_dunder(node.name))


def is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def is_one_word(name: str) -> bool:
    return "_" not in name.strip("_")


def is_resolver(function: Function) -> bool:
    return any(decorator_name(node).endswith(RESOLVER_ENDINGS) for node in function.decorator_list)


def decorator_name(node: ast.expr) -> str:
    """`field` of `@strawberry.field(...)`; a validator of a setting, `field_validator`, ends otherwise."""
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0


def describe_spread(values: list[int]) -> str:
    if not values:
        return "-"
    ordered = sorted(values)
    tenth_highest = ordered[min(len(ordered) - 1, len(ordered) * 9 // 10)]
    return f"{statistics.median(ordered):g} / {tenth_highest} / {ordered[-1]}"


def figures_of(root: Path) -> list[tuple[str, str]]:
    source, tests = read_source(root / "src"), read_source(root / "tests")
    fullest, most = max(source.files_by_folder.items(), key=lambda item: item[1], default=(Path(), 0))
    return [
        ("files in src", str(len(source.lines_by_file))),
        ("lines in src", str(source.lines)),
        ("lines per file, median / p90 / max", describe_spread(list(source.lines_by_file.values()))),
        (f"files over {LONG_FILE} lines", str(sum(n > LONG_FILE for n in source.lines_by_file.values()))),
        ("files per folder, max", f"{most} ({fullest})"),
        ("lines per function, median / p90 / max", describe_spread(source.lines_by_function)),
        (f"functions over {LONG_FUNCTION} lines", str(sum(n > LONG_FUNCTION for n in source.lines_by_function))),
        ("one-word names of functions and methods", f"{source.one_word_share:.0f} % of {len(source.functions)}"),
        ("duplicate class names", str(len(source.duplicate_classes))),
        (f"function names in {NAME_LIMIT} modules or more", str(len(source.spread_functions))),
        ("`Any` per 1,000 lines", f"{1000 * source.any_count / max(source.lines, 1):.1f}"),
        ("files in tests", str(len(tests.lines_by_file))),
        ("lines in tests", str(tests.lines)),
    ]


def names_of(root: Path) -> list[tuple[str, list[str]]]:
    source = read_source(root / "src")
    one_word = sorted({name for name in source.functions if is_one_word(name)})
    return [
        ("Duplicate class names", source.duplicate_classes),
        (f"Function names in {NAME_LIMIT} modules or more", source.spread_functions),
        ("One-word names", one_word),
    ]


def main(arguments: list[str]) -> None:
    roots = [Path(argument) for argument in arguments if argument != "--names"] or [Path(__file__).parents[1]]
    columns = [figures_of(root) for root in roots]
    sys.stdout.write(f"| | {' | '.join(str(root) for root in roots)} |\n|---|{'---|' * len(roots)}\n")
    for row in zip(*columns, strict=True):
        sys.stdout.write(f"| {row[0][0]} | {' | '.join(value for _, value in row)} |\n")
    for title, names in names_of(roots[-1]) if "--names" in arguments else []:
        sys.stdout.write(f"\n{title}: {', '.join(names) or 'none'}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
