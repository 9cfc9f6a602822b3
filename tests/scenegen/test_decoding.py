"""The decoder of dataclasses: what is written is read back, and nothing else is read."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training_world import TINY

from scenegen.config import GenerationConfig
from scenegen.decoding import Misfit, decode
from scenegen.errors import shown
from training.objectives.stable import StableSettings
from training.settings import FitSettings, O, V

Kind = TypeVar("Kind")


class Span(NamedTuple):
    low: float
    high: float


ORIGIN = Span(0, 1)


@dataclass(frozen=True)
class Loss:
    scale: float = 1.0
    weight: Annotated[float, "of the second term"] = 0.5
    kind: Literal["soft", "hard"] | None = None


@dataclass(frozen=True)
class Part(Generic[Kind]):
    losses: tuple[Kind, ...] = ()


@dataclass(frozen=True)
class Plan(Generic[Kind]):
    """Every kind of field there is."""

    loss: Kind
    part: Part[Kind] = field(default_factory=Part)
    steps: int = 3
    mixed: bool = False
    name: str = ""
    out: Path = Path("a")
    span: Span = ORIGIN
    pair: tuple[int, str] = (1, "a")
    rates: tuple[float, ...] = (0.5,)
    many: tuple[Span, ...] = ()
    level: Literal[1, 2] = 1
    limit: int | None = None


PLAN = Plan(Loss(), Part((Loss(), Loss(kind="soft"))), many=(Span(2, 3),), limit=4)
CASES = [(GenerationConfig, GenerationConfig()), (FitSettings[StableSettings, None], TINY), (Plan[Loss], PLAN)]
SCALARS = {
    bool: st.booleans(),
    int: st.integers(1 - 2**63, 2**63 - 1),
    float: st.floats(allow_nan=False),
    str: st.text(),
    Path: st.text("abc/", min_size=1).map(Path),
    type(None): st.none(),
    Kind: st.deferred(lambda: instances(Loss)),
    O: st.deferred(lambda: instances(StableSettings)),
    V: st.none(),
}


def values_of(hint):
    """Strategy of all values of a field's type."""
    if hint in SCALARS:
        return SCALARS[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple and args[-1] is Ellipsis:
        return st.lists(values_of(args[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, args))
    if origin is UnionType or type(None) in args:
        return st.one_of(*map(values_of, args))
    return instances(origin or hint)


def instances(kind):
    return st.builds(kind, **{name: values_of(hint) for name, hint in get_type_hints(kind).items()})


def plain(it):
    """What JSON makes of it."""
    return json.loads(json.dumps(asdict(it), default=str))


@pytest.mark.parametrize("kind", [kind for kind, _ in CASES], ids=str)
@given(st.data())
def test_json_and_back_is_the_same(kind, data):
    it = data.draw(instances(get_origin(kind) or kind))
    assert decode(kind, plain(it)) == it


def places(it, path=()):
    """(path, value) of every entry, tables too."""
    for each in fields(it):
        value = getattr(it, each.name)
        yield (*path, each.name), value
        if is_dataclass(value):
            yield from places(value, (*path, each.name))


WRONG = {
    bool: ["true", 1, 0.0, None, [], {}],
    int: ["5", 5.0, True, [], {}, 2**63, -(2**63)],
    float: ["5", True, None, [], {}, 2**63, 10**400],
    str: [5, 1.5, True, [], {}],
    type(None): [[], {}, True, "none such"],
    tuple: ["", "ab", 5, None, True, {}, {"a": 1}, [None], [[]], [{"none such": 1}], [[None, None]]],
    dict: ["", 5, None, True, [], [["a", 1]]],
}
"""Type of a default -> values that its entry does not take."""


def wrong_values(value):
    kind = dict if is_dataclass(value) else tuple if isinstance(value, tuple) else type(value)
    return WRONG[str if kind not in WRONG else kind]  # a path is given as a text


def changed(table, path, value):
    if not path:
        return value
    return table | {path[0]: changed(table[path[0]], path[1:], value)}


@pytest.mark.parametrize(("kind", "it"), CASES)
def test_every_wrong_value_is_refused_with_its_name(kind, it):
    for path, value in places(it):
        for bad in wrong_values(value):
            with pytest.raises(Misfit) as error:
                decode(kind, changed(plain(it), path, bad))
            assert error.value.path == path, bad
            assert "\n" not in str(error.value)


@pytest.mark.parametrize(("kind", "it"), CASES)
def test_unknown_entries_are_refused_everywhere_with_those_that_are_known(kind, it):
    tables = [((), it), *((path, value) for path, value in places(it) if is_dataclass(value))]
    for path, table in tables:
        for name in ("none such", 3, float("nan"), None, ("a",)):
            bad = plain(table) | {name: 1}
            with pytest.raises(Misfit) as error:
                decode(kind, changed(plain(it), path, bad))
            known = ", ".join(each.name for each in fields(table))
            assert (error.value.path, str(error.value)) == (path, f"unknown option {shown(name)}; known here: {known}")


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"steps": "3"}, "steps", "expected a whole number, found '3'"),
        ({"mixed": 1}, "mixed", "expected true or false, found 1"),
        ({"name": None}, "name", "expected a text, found None"),
        ({"out": 1}, "out", "expected a path, found 1"),
        ({"span": [1]}, "span", "expected a list of 2 numbers, found [1]"),
        ({"span": [1, "2"]}, "span", "expected a number, found '2'"),
        ({"pair": "ab"}, "pair", "expected a list of 2 entries, found 'ab'"),
        ({"pair": ["1", "a"]}, "pair", "expected a whole number, found '1'"),
        ({"rates": 5}, "rates", "expected a list of numbers, found 5"),
        ({"many": {}}, "many", "expected a list of entries, found {}"),
        ({"level": 3}, "level", "3 is none of 1, 2"),
        ({"level": True}, "level", "True is none of 1, 2"),
        ({"level": 1.0}, "level", "1.0 is none of 1, 2"),
        ({"limit": "4"}, "limit", "expected a whole number, found '4'"),
        ({"steps": 2**63}, "steps", "a whole number of 64 bits, 63 are possible"),
        ({"loss": {"kind": "odd"}}, "loss.kind", "'odd' is none of soft, hard"),
        ({"loss": {"weight": "1"}}, "loss.weight", "expected a number, found '1'"),
        ({"part": {"losses": [{}, {"scale": True}]}}, "part.losses.scale", "expected a number, found True"),
        ({"loss": []}, "loss", "expected a table of options, found []"),
        ({"name": 1, "steps": "3"}, "steps", "expected a whole number, found '3'"),
    ],
)
def test_words(changes, path, message):
    with pytest.raises(Misfit) as error:
        decode(Plan[Loss], plain(PLAN) | changes)
    assert (".".join(error.value.path), str(error.value)) == (path, message)


def test_what_is_missing_takes_its_default_or_is_named():
    assert decode(Plan[Loss], {"loss": {}}) == Plan(Loss())
    with pytest.raises(Misfit, match=r"^missing$") as error:
        decode(Plan[Loss], {"steps": 4})
    assert error.value.path == ("loss",)


def test_a_whole_number_may_stand_for_a_real_one():
    scale = decode(Loss, {"scale": 5}).scale
    assert (scale, type(scale)) == (5.0, float)
    assert decode(Plan[Loss], {"loss": {}, "span": [1, 2]}).span == Span(1.0, 2.0)
    assert [type(end) for end in decode(Plan[Loss], {"loss": {}, "span": [1, 2]}).span] == [float, float]


def test_arguments_of_generic_dataclasses_decide_their_fields():
    assert decode(Part[int], {"losses": [1]}) == Part((1,))
    assert decode(Part[str], {"losses": ["a"]}) == Part(("a",))
    with pytest.raises(Misfit):
        decode(Part[str], {"losses": [1]})


def nested(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


HOSTILE = {
    "deep": nested(10_000),
    "deep table": {"a": nested(10_000)},
    "digits": 10**5000,
    "wide": [[]] * 10**5,
    "long name": {"a" * 10**6: 1},
    "keys of many kinds": {float("nan"): 1, None: 2, "a": 3, ("b",): 4},
    "bytes": b"a",
    "an object": object(),
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("entry", [None, *(each.name for each in fields(Plan))])
def test_hostile_values_are_one_short_line(entry, value):
    with pytest.raises(Misfit) as error:
        decode(Plan[Loss], value if entry is None else plain(PLAN) | {entry: value})
    assert len(str(error.value)) < 250
    assert "\n" not in str(error.value)


@dataclass(frozen=True)
class Picky:
    number: int = 1

    def __post_init__(self):
        if self.number == 2:
            raise KeyError("two")


@dataclass(frozen=True)
class Holder:
    picky: Picky = Picky()


def test_what_a_class_itself_raises_stays_as_it_is():
    with pytest.raises(KeyError, match="two"):
        decode(Holder, {"picky": {"number": 2}})


@pytest.mark.parametrize("kind", [list[str], list, dict[str, int], set[int]])
def test_fields_that_could_not_be_read_strictly_are_a_mistake_of_the_class(kind):
    @dataclass(frozen=True)
    class Loose:
        entry: kind = ()

    with pytest.raises(TypeError, match="a frozen dataclass holds tuples"):
        decode(Loose, {})


def test_the_command_line_starts_without_the_decoder_of_files():
    program = "import sys, scenegen.cli.main, training.coding; assert 'cattrs' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
