"""The README's table is the schema's, and its code reads a shard as it stands."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from staged import SMALL, shown

from scenegen.shards.dense import flow
from scenegen.shards.tables import markdown_attributes, markdown_table

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_tables_are_those_of_the_schema():
    assert markdown_table() in README
    assert markdown_attributes() in README


def test_pictures_and_files_it_names_are_there():
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / name).is_file(), name
    for command in re.findall(r"^    make (\S+)", README, re.MULTILINE):
        assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_snippet_reads_a_shard_without_this_package(tmp_path):
    code = SNIPPETS[0]
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
    exec(SNIPPETS[1], scope)
    stored = SimpleNamespace(**{name.removeprefix("camera/"): file[name][0] for name in names})
    for view, other in ((0, 1), (2, 0)):
        xy, status = scope["flow"](file, 0, view, other)
        expected = flow(stored, view, other)
        assert (status == expected.status).all()
        assert np.abs(xy - expected.xy)[expected.visible].max() < 1e-3


@pytest.mark.parametrize("folder", ["scenegen", "tests", "tools", "assets_manifest", "requirements"])
def test_no_path_of_one_machine_and_no_stray_marker(folder):
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in {".py", ".json", ".txt", ".sh", ".md"} and path != Path(__file__):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"/(home|root|work|Users)/\w", text), path
            assert not re.search(r"\b(TODO|FIXME|XXX)\b", text), path
    assert not re.search(r"\{[A-Z]+\}", README)
