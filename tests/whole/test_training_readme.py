"""The page about training: its table is the registry's, and its worked example trains as it stands."""

import importlib.util
import re
import sys

import pytest
import torch
from roots import ROOT
from training_world import write_shards

from training.cli import main
from training.data.transforms.registry import TRANSFORMS
from training.evaluation.benchmarks.registry import FILES
from training.objectives import registry
from training.outside import open_outside
from training.running.checkpoint import load

PAGE = (ROOT / "training" / "README.md").read_text(encoding="utf-8")


def rows(heading):
    """Names in the first column of the table below a heading."""
    table = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([a-z][a-z0-9-]*)` \|", table, re.MULTILINE)


def in_order(told, known):
    """Whether some are told, each is known, and they stand as they are listed; one that was added may be untold yet."""
    return bool(told) and told == [name for name in known if name in told]


def test_the_tables_name_objectives_transforms_and_benchmarks():
    assert in_order(rows("Objectives"), registry.names())
    ours = {name for name, entry in registry.FILES.items() if isinstance(entry, registry.Listed)}
    assert ours <= set(rows("Objectives"))
    assert in_order(rows("Single pictures"), TRANSFORMS)
    assert in_order([name for name in rows("Photographs") if name in FILES], FILES)


@pytest.mark.parametrize("name", rows("Objectives"))
def test_descriptors_are_compared_as_the_table_says(name):
    (said,) = re.findall(rf"^\| `{name}` \|.*\| (\S+)[^|]* \|$", PAGE.split("\n## Adding")[0], re.MULTILINE)
    kind = registry.kind(name)
    assert kind.distance(kind.settings()) == said


def test_the_worked_example_trains(tmp_path, monkeypatch):
    code, _ = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (line,) = re.findall(r'The line is `"(\w+)": "(\w+)",`', PAGE)
    file = tmp_path / "alignment.py"
    file.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"training.objectives.{line[1]}", file)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setitem(registry.FILES, *line)
    shards, run = write_shards(tmp_path / "shards"), tmp_path / "run"
    words = re.search(r"scenetrain (fit .* --objective alignment .*)", PAGE)[1]
    words = words.replace("out/demo", str(shards)).replace("runs/alignment", str(run)).split()
    small = [
        "--crop",
        "16",
        "--batch",
        "2",
        "--steps",
        "2",
        "--widths",
        "8",
        "8",
        "--blocks",
        "1",
        "1",
        "--workers",
        "0",
    ]
    assert main([*words, *small, "--min-matches", "4", "--heads", "2", "--device", "cpu"]) == 0
    assert load(run / "checkpoint.pt").settings.loss == module.AlignmentSettings(weight=0.5)


def test_the_descriptor_of_the_page_goes_through_the_door(tmp_path):
    _, code = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "peer.py").write_text(code, encoding="utf-8")
    descriptor, distance = open_outside(f"{tmp_path / 'peer.py'}:describe")
    assert distance == "l2"
    assert descriptor(torch.zeros(1, 3, 31, 44, dtype=torch.uint8)).shape == (1, 3, 31, 44)
