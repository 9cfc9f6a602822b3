"""The pages: tables are the schema's, code reads a shard as it stands, links lead somewhere."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scenes
from roots import ROOT
from staged import SMALL, shown

from scenegen.geometry import pixel_grid
from scenegen.layers import LAYER, LAYERS
from scenegen.lenses import PINHOLE
from scenegen.rays import view_rays
from scenegen.shards.dense import flow
from scenegen.shards.lens import coefficients
from scenegen.shards.tables import markdown_attributes, markdown_table

PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "scenegen/README.md", "training/README.md", "tools/README.md")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in PAGES}
README, GENERATOR = TEXTS["README.md"], TEXTS["scenegen/README.md"]


def snippet(page, number=0):
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)[number]


def anchors(page):
    """What a link to a heading of a page may name."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


UNTOLD = [layer.name for layer in LAYERS if layer.on_request and f"| `{layer.name}` |" not in GENERATOR]
"""Layers that were added, and that no page tells of yet."""


def test_the_tables_are_those_of_the_schema():
    """But for what is added: the tables of a card have it, made from the schema."""
    told = [row for row in markdown_table().splitlines() if not any(row.startswith(f"| `{name}` |") for name in UNTOLD)]
    assert "\n".join(told) in GENERATOR
    assert {"visibility", "semantic"}.isdisjoint(UNTOLD)
    attributes = markdown_attributes()
    for name in UNTOLD:
        attributes = attributes.replace(f"; with `{name}` `{LAYER[name].since}`", "")
    assert attributes in GENERATOR


@pytest.mark.parametrize("page", PAGES)
def test_pictures_files_and_headings_that_a_page_links_to_are_there(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", TEXTS[page]):
        name, _, heading = link.partition("#")
        if name.startswith("http"):
            continue
        there = (ROOT / page).parent / name if name else ROOT / page
        assert there.exists(), link
        assert not heading or heading in anchors(there.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("page", PAGES)
def test_programs_and_modules_that_a_page_names_are_there(page):
    named = re.findall(r"\b((?:scenegen|training|tools|tests)/[\w/]+\.(?:py|sh|md|csv|json))\b", TEXTS[page])
    made = {"training/objectives/alignment.py", *re.findall(r"^\+\+\+ b/(.*)$", TEXTS[page], re.MULTILINE)}
    assert [name for name in named if not (ROOT / name).is_file() and name not in made] == []


def test_the_readme_is_short_and_its_commands_are_there():
    assert len(README.splitlines()) <= 150
    for command in re.findall(r"^    make (\S+)", README, re.MULTILINE):
        assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_snippet_reads_a_shard_without_this_package(tmp_path):
    code = snippet(README)
    assert "scenegen" not in code
    assert len(code.strip().splitlines()) <= 12
    name = re.search(r'"(out/demo/[^"]+)"', code)[1]
    folder = tmp_path / Path(name).parent
    rendered = subprocess.run(
        [sys.executable, "-m", "scenegen", "render", "--rooms", "1", "--pairs-per-room", "1", "--size",
         f"{SMALL.size.width}x{SMALL.size.height}", "--workers", "0", "--out", str(folder)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert rendered.returncode == 0, rendered.stderr
    assert (tmp_path / name).is_file(), sorted(folder.iterdir())
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.match(r"\d+ matches; colours \[", done.stdout)


def test_the_snippet_of_flow_is_what_samples_say():
    s = shown(replace(SMALL, views=3, layers=("rgb", "depth", "visibility")))
    names = ("camera/K", "camera/T_world_cam", "depth", "visibility")
    file = {name: s.of(name)[None] for name in names}
    scope: dict[str, Any] = {"np": np}
    exec(snippet(GENERATOR), scope)
    stored = SimpleNamespace(**{name.removeprefix("camera/"): file[name][0] for name in names}, lenses=(PINHOLE,) * 3)
    for view, other in ((0, 1), (2, 0)):
        xy, status = scope["flow"](file, 0, view, other)
        expected = flow(stored, view, other)
        assert (status == expected.status).all()
        assert np.abs(xy - expected.xy)[expected.visible].max() < 1e-3


@pytest.mark.parametrize("lens", scenes.LENSES)
def test_the_snippet_of_lenses_is_what_cameras_do(lens):
    v = scenes.view((-2.4, 1.6, 1.5), (0.3, 0, 0.5), lens=lens)
    file = {"camera/K": v.camera.K[None, None], "camera/T_world_cam": v.T_world_cam[None, None]}
    file |= {name: rows[None] for name, rows in coefficients([v.camera.lens]).items()}
    scope: dict[str, Any] = {"np": np}
    exec(snippet(GENERATOR, 1), scope)
    points = v.position + view_rays(v, pixel_grid(160, 120)) * np.linspace(0.5, 6, 160 * 120)[:, None]
    np.testing.assert_allclose(scope["project"](file, 0, 0, points), pixel_grid(160, 120), atol=1e-9)


@pytest.mark.parametrize("folder", ["scenegen", "training", "tests", "tools", "assets_manifest", "requirements"])
def test_no_path_of_one_machine_and_no_stray_marker(folder):
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in {".py", ".json", ".txt", ".sh", ".md"} and path != Path(__file__):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"/(home|root|work|Users)/\w", text), path
            assert not re.search(r"\b(TODO|FIXME|XXX)\b", text), path
    assert not any(re.search(r"\{[A-Z]+\}", text) for text in TEXTS.values())
