"""The house, measured: what imports what, sizes of modules and functions, names, docstrings and types.

    python tools/house.py              (tables of both packages and the tools; exit code 1 where a rule is broken)
    python tools/house.py --arrows     (what each folder imports, as it stands)

Rules: folders import only what `ARROWS` allows, modules form no circle, a module has at most 300 lines, functions have
a median of at most 6 lines and nine of ten at most 15, everything public has a docstring and types (Numba's kernels,
which are typed by their calls, have docstrings alone), and no two modules of a package define the same public name,
but for words that something asks of every module of a folder (`INTERFACES`). Imports inside of functions and for type
checkers count as well; what a registry names in a text ("scenegen.pipeline.layers:semantic") does not: it is loaded
when it is first used.
"""

import argparse
import ast
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("scenegen", "training", "tools")
MOST_LINES, MEDIAN, MOST_OF_NINE_IN_TEN = 300, 6, 15

_WORDS = {
    "errors",
    "seeding",
    "status",
    "geometry",
    "lights",
    "config",
    "layers",
    "renderers",
    "lenses",
    "rays",
    "srgb",
    "instances",
    "jit",
    "recent",
    "evenly",
    "locks",
    "remote",
    "signals",
    "version",
    "terminal",
    "sizes",
    "counting",
}
"""What any folder may use: modules at the top of `scenegen`."""
ARROWS = {
    "assets": set(),
    "tracing": {"assets"},
    "shards": {"address"},
    "rendering": {"assets", "tracing"},
    "staging": {"assets", "tracing"},
    "pipeline": {"assets", "tracing", "rendering", "staging", "shards"},
    "inspect": {"shards", "verify"},
    "card": {"shards"},
    "export": {"assets", "shards"},  # glb: the shards name the meshes and hold none
    "importing": {"shards"},
    "front": {"assets", "pipeline", "rendering", "shards", "tracing"},
    "verify": {"assets", "pipeline", "shards", "tracing"},
    "cli": {"assets", "card", "export", "importing", "inspect", "pipeline", "shards", "verify"},
    "config": {"decoding"},
    "remote": {"address"},
    "address": set(),
    "decoding": set(),
    "__main__": {"cli"},
    "scenegen": {"front", "shards"},
    "training": {"cli", "decoding", "importing", "shards"},
}
"""What each folder may import besides; those of `scenegen` without that word."""
UNIQUE = ("scenegen", "training")
"""Packages in which a public function or class at the top of a module shares its name with no other."""
INTERFACES = {
    "scenegen.importing.layouts": {"find"},  # asked of each by `importing.registry`
    "scenegen.tracing": {"open_tracer"},  # asked by `tracing.tracer` of the module that `TRACERS` names
    "training.evaluation.benchmarks": {"find", "read"},
    "training.models": {"build_model", "check_settings"},
    "training.photo": {"begins", "read", "size"},
}
"""Words of an interface by the folder whose modules may each define them."""


@dataclass(frozen=True)
class Module:
    """A module of the tree."""

    name: str
    lines: int
    tree: ast.Module

    @property
    def folder(self) -> str:
        """What arrows are drawn between: `scenegen.X`, or the package where it is another one."""
        parts = self.name.split(".")
        return ".".join(parts[:2]) if parts[0] == "scenegen" else parts[0]

    @cached_property
    def functions(self) -> list[ast.FunctionDef]:
        """All functions and methods, those inside of others included."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]

    @cached_property
    def public(self) -> list[ast.FunctionDef | ast.ClassDef]:
        """Functions, classes and methods that others may use."""
        return list(_public(self.tree))


def _public(node: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from _public(child)


def read_modules(root: Path = ROOT) -> dict[str, Module]:
    """Every module by its dotted name."""
    found = {}
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found[name] = Module(name, text.count("\n"), ast.parse(text))
    return found


def imports(modules: dict[str, Module]) -> dict[str, set[str]]:
    """The modules that each one imports."""
    return {name: set(_imported(module, modules)) - {name} for name, module in modules.items()}


def _imported(module: Module, modules: dict[str, Module]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield from (name for name in (inner if inner in modules else node.module,) if name in modules)


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Modules of one circle; none where there is none."""
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return list(error.args[1])
    return []


def arrows(modules: dict[str, Module]) -> dict[str, set[str]]:
    """The folders that each folder imports."""
    found: dict[str, set[str]] = {}
    for name, others in imports(modules).items():
        folder = modules[name].folder
        found.setdefault(folder, set()).update({modules[other].folder for other in others} - {folder})
    return found


def forbidden(modules: dict[str, Module]) -> list[str]:
    """Arrows that `ARROWS` does not know, as "folder -> folder"; tools may import anything."""
    drawn = {_short(folder): {_short(other) for other in others} for folder, others in arrows(modules).items()}
    return [
        f"{folder} -> {other}"
        for folder, others in sorted(drawn.items())
        if folder != "tools"
        for other in sorted(others - ARROWS.get(folder, set()) - _WORDS)
    ]


def _short(folder: str) -> str:
    return folder.removeprefix("scenegen.")


@dataclass(frozen=True)
class Measure:
    """What is measured of a package."""

    package: str
    modules: int
    lines: int
    median: float
    """Lines of a function's body, without its docstring."""
    most_of_nine_in_ten: int
    too_long: tuple[str, ...]
    """Modules beyond `MOST_LINES`."""
    undocumented: tuple[str, ...]
    untyped: tuple[str, ...]
    shared: tuple[str, ...]
    """Public names at the top of several modules, each with these modules."""


def measure(package: str, modules: Sequence[Module]) -> Measure:
    """The figures of a package's modules."""
    sizes = sorted(body_lines(node) for module in modules for node in module.functions)
    named = [(f"{module.name}.{node.name}", node) for module in modules for node in module.public]
    return Measure(
        package,
        len(modules),
        sum(module.lines for module in modules),
        statistics.median(sizes),
        sizes[(9 * len(sizes)) // 10],
        tuple(f"{module.name} ({module.lines})" for module in modules if module.lines > MOST_LINES),
        tuple(name for name, node in named if not _speaks_for_itself(node) and not ast.get_docstring(node)),
        tuple(name for name, node in named if isinstance(node, ast.FunctionDef) and not _typed(node)),
        tuple(shared(modules)),
    )


def shared(modules: Sequence[Module]) -> Iterator[str]:
    """Public functions and classes that several modules define, as "name (module, module)"; see `INTERFACES`."""
    homes: dict[str, set[str]] = {}
    for module in modules:
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, set()).add(module.name)
    for name, found in sorted(homes.items()):
        if len({_owner(name, home) for home in found}) > 1:
            yield f"{name} ({', '.join(sorted(found))})"


def _owner(name: str, module: str) -> str:
    """The module that defines a name; the same for all where it is a word of an interface of theirs."""
    folder = module.rpartition(".")[0]
    return "" if name in INTERFACES.get(folder, ()) else module


def body_lines(node: ast.FunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def _speaks_for_itself(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """The `main` of a program is described by the program, and `forward` by its class."""
    return node.name in ("main", "forward")


def _typed(node: ast.FunctionDef) -> bool:
    if {"compiled", "contracted", "inlined"} & {mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)}:
        return True
    arguments = [
        a for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs) if a.arg not in ("self", "cls")
    ]
    return node.returns is not None and all(a.annotation for a in arguments)


def broken(found: Sequence[Measure]) -> Iterator[str]:
    """Every rule of size, names, docstrings and types that a package breaks, in a line."""
    for each in found:
        yield from (f"{name}: more than {MOST_LINES} lines" for name in each.too_long)
        yield from (f"{name}: has no docstring" for name in each.undocumented)
        yield from (f"{name}: has an argument or an answer without a type" for name in each.untyped)
        if each.package in UNIQUE:
            yield from (f"{each.package}: defined more than once: {name}" for name in each.shared)
        if each.median > MEDIAN or each.most_of_nine_in_ten > MOST_OF_NINE_IN_TEN:
            yield f"{each.package}: functions have {each.median:g} lines, nine of ten {each.most_of_nine_in_ten}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 0 unless a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arrows", action="store_true", help="print what each folder imports, and nothing else")
    words, modules = parser.parse_args(arguments), read_modules()
    if words.arrows:
        for folder, others in sorted(arrows(modules).items()):
            print(f"{_short(folder)} -> {', '.join(sorted(map(_short, others))) or 'nothing'}")
        return 0
    found = [measure(name, [m for m in modules.values() if m.name.split(".")[0] == name]) for name in FOLDERS]
    print("| package | modules | lines | lines of a function: median, nine in ten |\n| --- | --- | --- | --- |")
    for each in found:
        print(f"| {each.package} | {each.modules} | {each.lines:,} | {each.median:g}, {each.most_of_nine_in_ten} |")
    wrong = [*forbidden(modules), *_said(circle(imports(modules))), *broken(found)]
    print("\n".join(wrong))
    return int(bool(wrong))


def _said(ring: Sequence[str]) -> list[str]:
    return [f"circle: {' -> '.join(ring)}"] if ring else []


if __name__ == "__main__":
    sys.exit(main())
