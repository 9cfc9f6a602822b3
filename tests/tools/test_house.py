"""The house keeps its rules, and the tool that measures it sees where one is broken."""

import ast

import house
import pytest


@pytest.fixture(scope="module")
def modules():
    return house.read_modules()


def made(**sources):
    """Modules by dotted names, "__" for the dot."""
    named = {name.replace("__", "."): text for name, text in sources.items()}
    return {name: house.Module(name, text.count("\n"), ast.parse(text)) for name, text in named.items()}


def test_the_house_keeps_its_rules(modules, capsys):
    assert {"scenegen.shards.reader", "training.running.fit", "house"} & {
        name.removeprefix("tools.") for name in modules
    }
    assert house.main([]) == 0, capsys.readouterr().out


def test_an_arrow_that_is_not_drawn_is_seen(capsys):
    others = made(scenegen__tracing__rays="from scenegen.errors import RayError\n", scenegen__errors="")
    assert house.forbidden(others) == []
    others = made(
        scenegen__tracing__rays="def f():\n    from scenegen.staging.place import here\n", scenegen__staging__place=""
    )
    assert house.forbidden(others) == ["tracing -> staging"]
    assert house.main(["--arrows"]) == 0
    assert "rendering -> assets, errors" in capsys.readouterr().out


def test_a_circle_is_seen():
    ring = made(
        scenegen__a="import scenegen.b", scenegen__b="from scenegen import c", scenegen__c="from scenegen.a import x"
    )
    assert set(house.circle(house.imports(ring))) == {"scenegen.a", "scenegen.b", "scenegen.c"}
    assert house.circle(house.imports(made(scenegen__a="import scenegen.b", scenegen__b=""))) == []


def test_what_is_long_undocumented_or_untyped_is_named():
    text = "def f(x):\n" + "    x += 1\n" * 20 + "\n" * 300 + "def _g(y): return y\n"
    found = house.measure("scenegen", list(made(scenegen__a=text).values()))
    said = list(house.broken([found]))
    assert said[0] == "scenegen.a (322): more than 300 lines"
    assert said[1:3] == ["scenegen.a.f: has no docstring", "scenegen.a.f: has an argument or an answer without a type"]
    assert said[3].startswith("scenegen: functions have ")
    kernel = '@compiled\ndef f(x):\n    """Words."""\n    return x\n'
    assert list(house.broken([house.measure("scenegen", list(made(scenegen__a=kernel).values()))])) == []


def test_a_public_name_that_two_modules_define_is_named():
    text = 'def mug() -> int:\n    """Words."""\n    return _sip()\n\n\ndef _sip() -> int:\n    return 1\n'
    twice = house.measure("scenegen", list(made(scenegen__shelf=text, scenegen__table__laid=text).values()))
    assert list(house.broken([twice])) == [
        "scenegen: defined more than once: mug (scenegen.shelf, scenegen.table.laid)"
    ]
    tools = house.measure("tools", list(made(tools__shelf=text, tools__table=text).values()))
    assert list(house.broken([tools])) == []


def test_a_class_and_a_function_of_one_name_are_two_things_and_an_overload_is_one():
    one = "class Mug: ...\n@overload\ndef fill(of: int) -> int: ...\n@overload\ndef fill(of: str) -> str: ...\n"
    assert list(house.shared(list(made(scenegen__a=one).values()))) == []
    other = "def Mug() -> int: return 1\n"
    assert list(house.shared(list(made(scenegen__a=one, scenegen__b=other).values()))) == [
        "Mug (scenegen.a, scenegen.b)"
    ]


def test_words_of_an_interface_are_those_of_its_folder_alone(monkeypatch):
    monkeypatch.setattr(house, "INTERFACES", {"scenegen.shapes": {"find"}})
    text = "def find(): ...\ndef keep(): ...\n"
    found = house.shared(list(made(scenegen__shapes__a=text, scenegen__shapes__b=text).values()))
    assert list(found) == ["keep (scenegen.shapes.a, scenegen.shapes.b)"]
    found = house.shared(list(made(scenegen__shapes__a="def find(): ...", scenegen__b="def find(): ...").values()))
    assert list(found) == ["find (scenegen.b, scenegen.shapes.a)"]
    monkeypatch.setattr(house, "INTERFACES", {"scenegen.shapes": {"find"}, "scenegen.sounds": {"find"}})
    assert not list(house.shared(list(made(scenegen__shapes__a=text, scenegen__sounds__b="def find(): ...").values())))
    deeper = made(scenegen__shapes__a="def find(): ...", scenegen__shapes__round__b="def find(): ...")
    assert list(house.shared(list(deeper.values()))) == ["find (scenegen.shapes.a, scenegen.shapes.round.b)"]
