"""The benchmark of large sets runs, and says what it measured."""

import json

import pytest
from bench_manifest import EVERY, TASKS, main


@pytest.mark.parametrize(
    ("words", "tasks"), [([], TASKS), pytest.param(["--every"], EVERY | TASKS, marks=pytest.mark.slow)]
)
def test_a_small_set(tmp_path, capsys, words, tasks):
    assert main(["--shards", "200", *words, "--json", str(tmp_path / "a.json")]) == 0
    rows = json.loads((tmp_path / "a.json").read_text())
    assert [row["task"] for row in rows] == list(tasks)
    assert all(row["shards"] == 200 and row["seconds"] > 0 for row in rows)
    assert "open a set" in capsys.readouterr().out
