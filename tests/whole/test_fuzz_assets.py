"""Damaged and hostile meshes, pictures, annotations and configurations: see tests/support/fuzzing, and tools/fuzz.py for more.

Everything runs in child processes under limits of memory and time.
"""

import fcntl
import json
import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from fuzzing import seeds
from fuzzing.mutate import MOST_BYTES, MUTATORS, mutate
from fuzzing.runner import Outcome, run_cases, table
from fuzzing.target import InsaneError, Nasty, Target, make_case, open_suite, write_files
from fuzzing.worker import _judged

from scenegen.assets.images import FORMATS
from scenegen.assets.mesh import Material, Mesh
from scenegen.assets.normals import smooth_normals
from scenegen.assets.reading import read_mesh_file
from scenegen.assets.wording import is_plain, one_line
from scenegen.errors import AssetError, ScenegenError

SUITE = open_suite("assets")
CASES = 1680
"""About 20 s."""


def as_wanted(nasty: Nasty, outcome: Outcome) -> bool:
    """Whether a nasty file had one of its outcomes, and every note that it must leave."""
    kinds = {outcome.outcome, outcome.kind, outcome.kind.split(" ")[0]}
    noted = outcome.outcome != "loaded" or nasty.notes <= set(outcome.text.split())
    return outcome.outcome != "broken" and bool(kinds & nasty.outcomes) and noted


@pytest.fixture(scope="module")
def nasty_outcomes(tmp_path_factory) -> list[Outcome]:
    """What became of every nasty file, in their order; under xdist one worker runs them and all read."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with (folder / "nasties.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared := folder / "nasties.json").exists():
            outcomes = run_cases("assets", "nasties", 0, len(SUITE.nasties))
            shared.write_text(json.dumps([asdict(o) for o in outcomes]))
        return [Outcome(**o) for o in json.loads(shared.read_text())]


@pytest.mark.parametrize("case", range(len(SUITE.nasties)), ids=[f"{n.target}: {n.name[:70]}" for n in SUITE.nasties])
def test_nasty(case, nasty_outcomes):
    nasty, outcome = SUITE.nasties[case], nasty_outcomes[case]
    assert outcome.nasty == nasty.name
    assert as_wanted(nasty, outcome), f"{outcome.outcome} {outcome.kind}: {outcome.text}; wanted {nasty}"


def test_some_thousand_damaged_files_break_nothing():
    outcomes = list(run_cases("assets", "1", 0, CASES))
    broken = [(o.target, o.case, o.kind, o.text) for o in outcomes if o.outcome == "broken"]
    assert not broken, "python tools/fuzz.py assets --seed 1 --case N"
    assert len(outcomes) == CASES
    assert f"{CASES:>7}" in table(outcomes).splitlines()[-1]
    by_outcome = {o.outcome for o in outcomes}
    assert by_outcome == {"loaded", "refused"}


@pytest.mark.parametrize("target", SUITE.targets, ids=lambda t: t.name)
def test_sound_seeds_load(target, tmp_path):
    """Else the mutants would be refused for the wrong reason."""
    refused = []
    for k, seed in enumerate(target.seeds()):
        write_files(tmp_path / f"{k}", seed.files)
        try:
            target.load(tmp_path / f"{k}")
        except ScenegenError as error:
            refused.append(str(error))
    foreign = 8 if target.name == "pictures" else 0  # formats that are not opened, on purpose
    assert len(refused) == foreign, refused


def test_a_case_is_made_from_its_number_alone():
    files = [make_case(SUITE, 3, n)[1] for n in (5, 9, 5)]
    assert files[0] == files[2] != files[1]
    assert make_case(SUITE, 4, 5)[1] != files[0]


@pytest.mark.parametrize("mutator", [*dict.fromkeys(MUTATORS), mutate], ids=lambda m: m.__name__)
def test_mutators_are_repeatable_and_bounded(mutator):
    originals = [b"", b"\n", b"x", seeds.CONFIG_TOML, bytes(range(256)) * 4, seeds.picture("PNG")]
    changed = 0
    for k, data in enumerate(originals * 8):
        mutant = mutator(data, np.random.default_rng(k))
        assert mutant == mutator(data, np.random.default_rng(k))
        assert len(mutant) <= 2 * MOST_BYTES
        changed += mutant != data
    assert changed > len(originals) * 3


# The judge itself ----------------------------------------------------------------------------------


def judged(load) -> tuple[str, str]:
    result = _judged(Target("t", lambda: (), load), Path())
    return result["outcome"], result["kind"]


def test_the_judge_tells_errors_of_ours_from_others():
    def fails(error):
        def load(_folder):
            raise error

        return load

    assert judged(lambda folder: "") == ("loaded", "")
    assert judged(fails(AssetError("missing", "x: no such file"))) == ("refused", "AssetError missing")
    assert judged(fails(AssetError("unreadable", "x (Unable to allocate 9 TiB)")))[1] == "memory"
    assert judged(fails(AssetError("unreadable", "two\nlines")))[1] == "message"
    assert judged(fails(KeyError("x"))) == ("broken", "escaped KeyError")
    assert judged(fails(InsaneError("no faces"))) == ("broken", "insane")


def test_a_child_that_dies_costs_its_case(tmp_path, monkeypatch):
    """A suite that crashes, hangs in Python, prints and takes all memory, each once."""
    (tmp_path / "bad_suite.py").write_text(BAD_SUITE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    outcomes = list(run_cases("bad_suite", "nasties", 0, 5))
    assert [o.outcome for o in outcomes] == ["broken", "loaded", "broken", "broken", "broken"]
    assert [o.kind for o in outcomes] == ["crash SIGSEGV", "", "noise", "slow", "escaped MemoryError"]


BAD_SUITE = """
import ctypes, warnings
from fuzzing.target import Nasty, Target

def crash(folder): ctypes.string_at(0)
def warn(folder): warnings.warn("look here"); return ""
def hang(folder):
    while True: pass
def greedy(folder): return str(len(bytearray(3 << 30)))

LOADS = {"crash": crash, "fine": lambda folder: "", "warn": warn, "hang": hang, "greedy": greedy}
TARGETS = tuple(Target(name, lambda: (), load) for name, load in LOADS.items())
NASTIES = tuple(Nasty(name, name, lambda folder: None) for name in LOADS)
"""


# What was mended ------------------------------------------------------------------------------------


def test_parts_of_a_scene_come_in_the_same_order_each_time(tmp_path):
    """trimesh names the nodes of a mesh of several primitives at random."""
    tree, blob = seeds.gltf_tree(embedded=True)
    part = tree["meshes"][0]["primitives"][1]
    tree["materials"] = [{"name": f"m{k}"} for k in range(12)]
    tree["meshes"][0]["primitives"] = [{**part, "material": k} for k in range(12)]
    path = tmp_path / "a.glb"
    path.write_bytes(seeds.glb(tree, blob))
    orders = {tuple(m.name for m in read_mesh_file(path)[0].materials) for _ in range(4)}
    assert len(orders) == 1
    assert {f"m{k}" for k in range(12)} <= set(next(iter(orders)))


def test_off_faces_of_different_sizes_and_colors_are_read(tmp_path):
    path = tmp_path / "a.off"
    path.write_bytes(seeds.off_files()[2])
    assert len(read_mesh_file(path)[0].faces) == 4
    path.write_bytes(b"COFF\n3 1 0\n0 0 0 255 0 0 255\n1 0 0 0 255 0 255\n0 1 0 0 0 255 255\n3 0 1 2\n")
    np.testing.assert_array_equal(read_mesh_file(path)[0].colors, np.eye(3) * 255)


@pytest.mark.parametrize("kind", [*FORMATS, "PPM", "JPEG2000", "ICO"])
def test_only_some_formats_of_pictures_are_opened(tmp_path, kind):
    (tmp_path / "t.png").write_bytes(seeds.picture(kind))
    (tmp_path / "a.mtl").write_text("newmtl m\nmap_Kd t.png\n")
    (tmp_path / "a.obj").write_text("mtllib a.mtl\nusemtl m\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nf 1/1 2/1 3/1\n")
    codes = [d.code for d in read_mesh_file(tmp_path / "a.obj")[1]]
    assert codes == ([] if kind in FORMATS else ["unreadable_texture"])


def test_an_unseen_vertex_that_is_no_number_does_no_harm(tmp_path):
    (tmp_path / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nv nan 1e39 0\nf 1 2 3\n")
    assert np.isfinite(read_mesh_file(tmp_path / "a.obj")[0].vertices).all()


def test_the_tip_of_a_needle_has_a_normal():
    """Its angle is 0 in floating point, and so was its weight."""
    vertices = np.array([[0, -18278, 0], [0, 18278, 0.5], [0, -18277, 0]], np.float32)
    needle = Mesh(vertices, np.array([[0, 1, 2]], np.int32), np.zeros(1, np.int32), (Material(""),))
    normals = smooth_normals(needle, np.arange(3)).normals
    assert normals is not None
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a  b\n c", "a b c"), ("\x1b[31mred\0", "?[31mred?"), ("x" * 99, "x" * 17 + "..."), ("\ud800", "?"), (5, "5")],
)
def test_foreign_words_become_one_short_line(text, line):
    assert one_line(text, 20) == line
    assert is_plain(line)


def test_the_suite_covers_every_format():
    assert {t.name for t in SUITE.targets} >= {"obj", "mtl", "glb", "cache", "config"}
    assert {n.target for n in SUITE.nasties} <= {t.name for t in SUITE.targets}
    assert len({(n.target, n.name) for n in SUITE.nasties}) == len(SUITE.nasties), "names tell nasties apart"
