"""The rule language, version 1: parsing, printing, and compiling to closures.

Three-valued: None is unknown. See docs/architecture.md.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

LONGEST = 2000
DEEPEST = 60


class ExpressionError(ValueError):
    def __init__(self, message: str, position: int = 0) -> None:
        self.message, self.position = message, position
        super().__init__(message)


@dataclass(frozen=True)
class Placed:
    at: int = field(default=0, compare=False, repr=False, kw_only=True)  # where in the text, from 0


@dataclass(frozen=True)
class Literal(Placed):
    value: Decimal | str


@dataclass(frozen=True)
class Name(Placed):
    key: str


@dataclass(frozen=True)
class Tuple_(Placed):
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Placed):
    part: Node


@dataclass(frozen=True)
class Bool(Placed):
    op: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Compare(Placed):
    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Arithmetic(Placed):
    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Minus(Placed):
    part: Node


@dataclass(frozen=True)
class Call(Placed):
    function: str
    arguments: tuple[Node, ...]


Node = Literal | Name | Tuple_ | Not | Bool | Compare | Arithmetic | Minus | Call

COMPARISONS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
FUNCTIONS = {"answered": (1, 1), "points": (2, 2), "total_known": (1, 60), "round_half_up": (2, 2),
             "weeks_since": (1, 1), "months_since": (1, 1)}  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """A parsed expression. `names` are the keys that it reads."""

    node: Node
    names: frozenset[str]

    def source(self) -> str:
        return printed(self.node)


# What Python's parser would let through, warn about or skip, and a rule must not hold.
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
NUMBER_LIKE = re.compile(r"(?<!\w)\.?\d[\w.]*")
NUMBER = re.compile(r"[0-9]{1,13}(\.[0-9]{0,12})?|\.[0-9]{1,12}")
# What people type for a sign of the language, and what to write instead.
INSTEAD = {
    "#": "A rule cannot hold a remark: # is not part of the language.",
    "=": "Write == to ask whether two values are the same.",
    "<>": "Write != for: is not the same.",
    "≠": "Write != for: is not the same.",
    "≤": "Write <= for: at most.",
    "≥": "Write >= for: at least.",
    "=<": "Write <= for: at most.",
    "=>": "Write >= for: at least.",
    "&&": "Write and.",
    "||": "Write or.",
    "!": "Write not, or != for: is not the same.",
    "×": "Write * to multiply.",
    "÷": "Write / to divide.",
    "−": "Write - for minus.",
    "–": "Write - for minus.",
    **dict.fromkeys("“”„‘’«»", 'Write straight quotation marks, as in "yes".'),
}
SIGNS = re.compile(r"<>|=<|=>|&&|\|\||[#≠≤≥×÷−–“”„‘’«»]|!(?!=)|(?<![=!<>:])=(?!=)")


def parse(text: str) -> Expression:
    """Raises ExpressionError for whatever is not of the language, and nothing else."""
    if not isinstance(text, str) or not text.strip():
        raise ExpressionError("Write an expression.")
    if len(text) > LONGEST:
        raise ExpressionError(f"An expression may have {LONGEST:,} characters at most.")
    line = text.strip().replace("\r", " ").replace("\n", " ")
    before = len(text) - len(text.lstrip())
    try:
        node = _read(line, before)
    except ExpressionError as error:
        raise ExpressionError(error.message, error.position + before) from None
    if len(printed(node)) > LONGEST:
        raise ExpressionError(f"An expression may have {LONGEST:,} characters at most, written with spaces.")
    return Expression(node, frozenset(names(node)))


def _read(line: str, before: int) -> Node:
    _screen(line)
    try:
        tree = ast.parse(line, mode="eval")
        return _Reader(line, before).read(tree.body, 0)
    except SyntaxError as error:
        position = error.offset - 1 if error.offset else len(line)
        raise ExpressionError(_incomplete(line), position) from None
    except ExpressionError:
        raise
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError(
            "This expression is nested too deeply, or holds a character that it may not."
        ) from None


def _bare(line: str) -> str:
    """The line with nothing but spaces between its quotation marks."""
    return QUOTED.sub(lambda text: f'"{" " * (len(text.group()) - 2)}"', line)


def _screen(line: str) -> None:
    """Refuse comments (they would swallow the lines after them), escapes, prefixed texts, odd numbers and signs."""
    bare = _bare(line)
    for refused in ("\\", '"""', "'''"):
        if refused in line:
            raise ExpressionError(
                "Backslashes and three quotation marks together are not part of the language.",
                line.index(refused),
            )
    for sign in SIGNS.finditer(bare):
        raise ExpressionError(INSTEAD[sign.group()], sign.start())
    if found := re.search(r"\w[\"']", bare):
        raise ExpressionError("Put a space before a text in quotation marks.", found.start() + 1)
    for number in NUMBER_LIKE.finditer(bare):
        if not NUMBER.fullmatch(number.group()):
            raise ExpressionError("Write numbers as 30 or 2.5.", number.start())


def _incomplete(line: str) -> str:
    bare = _bare(line)
    if bare.count('"') % 2 or "'" in bare:
        return "A quotation mark is missing."
    if bare.count("(") != bare.count(")"):
        return (
            "A bracket is missing." if bare.count("(") > bare.count(")") else "There is a bracket too many."
        )
    return "This is not a complete expression."


class _Reader:
    """From Python's syntax tree to our nodes: what is not named here is not let through."""

    def __init__(self, line: str, before: int) -> None:
        self.encoded = line.encode()  # the tree counts bytes
        self.ascii = line.isascii()
        self.before = before  # characters that the text has before the line

    def place(self, node: ast.AST) -> int:
        column: int = getattr(node, "col_offset", 0)
        return column if self.ascii else len(self.encoded[:column].decode())

    def at(self, node: ast.AST) -> int:
        return self.before + self.place(node)

    def refuse(self, message: str, node: ast.AST) -> ExpressionError:
        return ExpressionError(message, self.place(node))

    def read(self, node: ast.expr, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.refuse("This expression is nested too deeply.", node)
        reader = getattr(self, "read_" + type(node).__name__.lower(), None)
        if reader is None:
            raise self.refuse("This is not part of the language.", node)
        found: Node = reader(node, depth + 1)
        return found

    def read_constant(self, node: ast.Constant, depth: int) -> Node:
        if isinstance(node.value, str):
            if '"' in node.value and "'" in node.value:
                raise self.refuse("A text can hold one kind of quotation mark only.", node)
            return Literal(node.value, at=self.at(node))
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            typed = self.encoded[node.col_offset : node.end_col_offset].decode()
            return Literal(Decimal(typed), at=self.at(node))
        raise self.refuse("Only numbers and texts in quotation marks can stand here.", node)

    def read_name(self, node: ast.Name, depth: int) -> Node:
        return Name(node.id, at=self.at(node))

    def read_tuple(self, node: ast.Tuple, depth: int) -> Node:
        raise self.refuse("A list in brackets can only follow in or not in.", node)

    def read_boolop(self, node: ast.BoolOp, depth: int) -> Node:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return Bool(op, tuple(self.read(value, depth) for value in node.values), at=self.at(node))

    def read_unaryop(self, node: ast.UnaryOp, depth: int) -> Node:
        if isinstance(node.op, ast.Not):
            return Not(self.read(node.operand, depth), at=self.at(node))
        if isinstance(node.op, ast.USub):
            return Minus(self.read(node.operand, depth), at=self.at(node))
        raise self.refuse("This sign is not part of the language.", node)

    def read_binop(self, node: ast.BinOp, depth: int) -> Node:
        op = ARITHMETIC.get(type(node.op))
        if op is None:
            raise self.refuse("Only + - * and / are part of the language.", node)
        left, right = self.read(node.left, depth), self.read(node.right, depth)
        return Arithmetic(op, left, right, at=self.at(node))

    def read_compare(self, node: ast.Compare, depth: int) -> Node:
        rest = []
        for op, right in zip(node.ops, node.comparators, strict=True):
            symbol = COMPARISONS.get(type(op))
            if symbol is None:
                raise self.refuse("This comparison is not part of the language.", node)
            if symbol in ("in", "not in"):
                if len(node.ops) > 1:
                    raise self.refuse("in cannot be part of a chain.", node)
                rest.append((symbol, self.read_members(right, depth)))
            else:
                rest.append((symbol, self.read(right, depth)))
        return Compare(self.read(node.left, depth), tuple(rest), at=self.at(node))

    def read_members(self, node: ast.expr, depth: int) -> Node:
        if isinstance(node, ast.Tuple):
            if not node.elts:
                raise self.refuse("The list in brackets is empty.", node)
            return Tuple_(tuple(self.read(each, depth) for each in node.elts), at=self.at(node))
        if isinstance(node, ast.Name):
            return Name(node.id, at=self.at(node))
        raise self.refuse("After in comes a list in brackets, or a question with several answers.", node)

    def read_call(self, node: ast.Call, depth: int) -> Node:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
            raise self.refuse("There is no such function.", node)
        least, most = FUNCTIONS[node.func.id]
        if not least <= len(node.args) <= most:
            raise self.refuse(f"{node.func.id} takes another number of values.", node)
        return Call(node.func.id, tuple(self.read(each, depth) for each in node.args), at=self.at(node))


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Tuple_(items):
            return items
        case Not(part) | Minus(part):
            return (part,)
        case Bool(_, parts):
            return parts
        case Compare(first, rest):
            return (first, *(right for _op, right in rest))
        case Arithmetic(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
    return ()


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with its parts changed."""
    match node:
        case Tuple_(items):
            return Tuple_(tuple(map(change, items)), at=node.at)
        case Not(part):
            return Not(change(part), at=node.at)
        case Minus(part):
            return Minus(change(part), at=node.at)
        case Bool(op, parts):
            return Bool(op, tuple(map(change, parts)), at=node.at)
        case Compare(first, rest):
            return Compare(change(first), tuple((op, change(right)) for op, right in rest), at=node.at)
        case Arithmetic(op, left, right):
            return Arithmetic(op, change(left), change(right), at=node.at)
        case Call(function, arguments):
            return Call(function, tuple(map(change, arguments)), at=node.at)
    return node


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node) -> set[str]:
    return {each.key for each in walk(node) if isinstance(each, Name)}


def printed(node: Node) -> str:
    """The node as text that parses to the same again, with no more brackets than reading it needs."""
    match node:
        case Literal(value):
            return f"{value:f}" if isinstance(value, Decimal) else _quoted(value)
        case Name(key):
            return key
        case Tuple_(items):
            return "(" + ", ".join(map(printed, items)) + ("," if len(items) == 1 else "") + ")"
        case Not(inner):
            return f"not {_part(inner, 2)}"
        case Minus(inner):
            return f"-{_part(inner, 6)}"
        case Bool(op, parts):
            return f" {op} ".join(_part(each, 2) for each in parts)
        case Compare(first, rest):
            return _part(first, 4) + "".join(f" {op} {_part(right, 4)}" for op, right in rest)
        case Arithmetic(op, left, right):
            return f"{_part(left, tightness(node))} {op} {_part(right, tightness(node) + 1)}"
        case Call(function, arguments):
            return f"{function}({', '.join(map(printed, arguments))})"
    raise TypeError(node)


def _part(node: Node, least: int) -> str:
    return printed(node) if tightness(node) >= least else f"({printed(node)})"


def tightness(node: Node) -> int:
    """How tightly a node holds together: brackets go round what holds less tightly than its place asks."""
    match node:
        case Bool():
            return 1
        case Not():
            return 2
        case Compare():
            return 3
        case Arithmetic(op, _, _):
            return 4 if op in "+-" else 5
        case Minus():
            return 6
    return 7


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'
