"""The small faults that can be put into a module, each at one place of its text; all else stays as it was written.

Turned are comparisons, arithmetic, `and`, `or`, `&`, `|` and conditions; taken away are `not`, `~`, a sign, a transpose
and a statement that only writes into something; exchanged are functions that are mistaken for each other; changed are
numbers, truth values and words of one word; an answer becomes None. Left alone is what decides nothing: annotations,
docstrings, decorators, messages (whatever is raised, and formatted text).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
"""Operators, and what they are mistaken for."""
_PAIRS = "min max, minimum maximum, argmin argmax, any all, floor ceil, sin cos, sum mean, zeros_like ones_like"
FUNCTIONS = {a: b for pair in _PAIRS.split(", ") for a, b in (pair.split(), pair.split()[::-1])}
"""Functions, and what they are mistaken for."""


@dataclass(frozen=True)
class Mutant:
    """A module with one fault."""

    line: int
    """Where the fault is, from 1."""
    before: str
    """The lines that it changes, as one."""
    after: str
    """The same with the fault."""
    source: str
    """The whole module with it."""


@dataclass(frozen=True)
class Fault:
    """Other words for one place of a tree."""

    node: ast.expr | ast.stmt
    text: str


def mutants(source: str) -> list[Mutant]:
    """Every fault that can be put into a module, as it stands from top to bottom."""
    faults = sorted(_faults(ast.parse(source)), key=lambda fault: (fault.node.lineno, fault.node.col_offset))
    return [_put(source, fault) for fault in faults]


def _put(source: str, fault: Fault) -> Mutant:
    """A module with a fault. Columns of a tree count bytes."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    first, last = fault.node.lineno - 1, (fault.node.end_lineno or fault.node.lineno) - 1
    head, tail = lines[first][: fault.node.col_offset], lines[last][fault.node.end_col_offset :]
    changed = head + fault.text.encode() + tail
    whole = b"".join([*lines[:first], changed, *lines[last + 1 :]]).decode()
    return Mutant(first + 1, _one_line(b"".join(lines[first : last + 1])), _one_line(changed), whole)


def _one_line(text: bytes) -> str:
    return " ".join(text.decode().split())


def _faults(node: ast.AST) -> Iterator[Fault]:
    """The faults of a tree, without those of parts that decide nothing."""
    if isinstance(node, ast.expr | ast.stmt):
        yield from (Fault(node, text) for text in _texts(node))
    for name, part in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for child in part if isinstance(part, list) else [part]:
            if isinstance(child, ast.AST) and not _is_words(child) and not _has_its_sign(node, child):
                yield from _conditions(node, name, child)
                yield from _faults(child)


def _is_words(node: ast.AST) -> bool:
    """Whether a part is said and not done: a docstring, a message, a type."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.JoinedStr() | ast.Raise() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Subscript(value=ast.Name(id="Literal")):
            return True
    return False


def _has_its_sign(parent: ast.AST, node: ast.AST) -> bool:
    """Whether a number has a sign, which is changed instead of it."""
    return isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub) and isinstance(node, ast.Constant)


def _conditions(parent: ast.AST, name: str, node: ast.AST) -> Iterator[Fault]:
    """A condition that is no comparison, which has faults of its own, the other way round."""
    branches = isinstance(parent, ast.If | ast.IfExp | ast.While) and name == "test"
    filters = isinstance(parent, ast.comprehension) and name == "ifs"
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    if isinstance(node, ast.expr) and (branches or filters) and not negated and not isinstance(node, ast.Compare):
        yield Fault(node, f"(not {_text(node)})")


def _texts(node: ast.expr | ast.stmt) -> Iterator[str]:
    """What may stand in place of a node."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            for k, op in enumerate(ops):
                for other in OPERATORS.get(type(op), ()):
                    yield _text(ast.Compare(left, [*ops[:k], other(), *ops[k + 1 :]], others))  # pyright: ignore
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            yield _text(ast.BinOp(right, ast.MatMult(), left))
        case ast.BinOp(left=left, op=op, right=right):
            yield from (_text(ast.BinOp(left, other(), right)) for other in OPERATORS.get(type(op), ()))  # pyright: ignore
        case ast.BoolOp(op=op, values=values):
            yield from (_text(ast.BoolOp(other(), values)) for other in OPERATORS[type(op)])  # pyright: ignore
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand):
            yield _text(operand)
        case ast.Attribute(attr="T", value=value):
            yield _text(value)
        case ast.Call(func=func):
            yield from _exchanged(node, func)
        case ast.Constant(value=value):
            yield from _constants(value)
        case ast.AugAssign(target=target, op=op, value=value):
            yield from (ast.unparse(ast.AugAssign(target, o(), value)) for o in OPERATORS.get(type(op), ()))  # pyright: ignore
        case ast.Assign(targets=[ast.Subscript()]) | ast.Expr(value=ast.Call()):
            yield "pass"
        case ast.Return(value=ast.expr()):
            yield "return None"


def _exchanged(node: ast.Call, func: ast.expr) -> Iterator[str]:
    """The call of another function."""
    match func:
        case ast.Name(id=name) if name in FUNCTIONS:
            yield _text(ast.Call(ast.Name(FUNCTIONS[name]), node.args, node.keywords))
        case ast.Attribute(value=value, attr=name) if name in FUNCTIONS:
            yield _text(ast.Call(ast.Attribute(value, FUNCTIONS[name]), node.args, node.keywords))


def _constants(value: object) -> Iterator[str]:
    """Another constant: the other truth, a number beside it, twice of it, another word."""
    match value:
        case bool():
            yield str(not value)
        case int():
            yield str(value + 1)
        case float():
            yield repr(2 * value or 1.0)
        case str() if value.isprintable() and value and " " not in value:
            yield repr(value + "_")


def _text(node: ast.expr) -> str:
    """An expression in parentheses unless it needs none wherever it stands."""
    text = ast.unparse(node)
    tight = isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript | ast.Constant | ast.List | ast.Tuple)
    return text if tight else f"({text})"
