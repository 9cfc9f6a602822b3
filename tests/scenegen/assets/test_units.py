"""One unit for a folder, from its sizes as a whole."""

import pytest
from model_files import CUBE_V, obj_text, write

from scenegen.assets import units
from scenegen.assets.facts import FactStore
from scenegen.assets.units import Unit, folder_unit, looked_at


def made(root, *sides):
    return [write(root / f"{k}.obj", obj_text(CUBE_V / 3**0.5 * side)) for k, side in enumerate(sides)]


@pytest.mark.parametrize(
    ("sides", "metres"),
    [
        ((0.2,), 1),
        ((3.9, 3.9, 3000), 1),
        ((4.1,), 0.01),
        ((0.5, 120, 390), 0.01),
        ((401,), 0.001),
        ((3.5, 45, 950, 700, 820), 0.001),
    ],
)
def test_the_middle_size_decides(tmp_path, sides, metres):
    unit = folder_unit(made(tmp_path, *sides), tmp_path, FactStore())
    assert unit.metres == metres
    assert f"of {len(sides)} mesh" in unit.why
    assert [d.code for d in unit.defects] == ([] if metres == 1 else ["unit_guessed"])


def test_what_cannot_be_read_has_no_say(tmp_path):
    paths = [write(tmp_path / f"bad{k}.obj", "rubbish") for k in range(5)]
    assert folder_unit([*paths, *made(tmp_path, 50)], tmp_path, FactStore()).metres == 0.01
    assert folder_unit(paths, tmp_path, FactStore()) == Unit(1.0, "no size is known", True)


def test_the_sample_is_small_spread_and_the_same_in_any_order(tmp_path, monkeypatch):
    paths = [write(tmp_path / f"{k:04d}.obj", "x") for k in range(1000)]
    chosen = looked_at(paths)
    assert chosen == looked_at(paths[::-1])
    assert len(chosen) == len(set(chosen)) == units.SAMPLE
    assert (chosen[0].name, chosen[-1].name) == ("0015.obj", "0984.obj")
    assert looked_at(paths[:3]) == paths[:3]
    write(tmp_path / "0001.obj", "large" * 9)
    monkeypatch.setattr(units, "MOST_BYTES", 10)
    assert looked_at(paths[:3]) == [paths[0], paths[2]]
    assert looked_at(paths[1:2]) == [paths[1]]


def test_sizes_are_kept_as_facts(tmp_path, monkeypatch):
    paths = made(tmp_path / "m", 50, 60)
    folder_unit(paths, tmp_path, FactStore(tmp_path / "cache"))
    monkeypatch.setattr(units, "read_mesh_file", None)
    assert folder_unit(paths, tmp_path, FactStore(tmp_path / "cache")).metres == 0.01
