"""The benchmark of large sets runs, and says what it measured."""

import json

from bench_manifest import TASKS, main


def test_a_small_set(tmp_path, capsys):
    assert main(["--shards", "200", "--json", str(tmp_path / "a.json")]) == 0
    rows = json.loads((tmp_path / "a.json").read_text())
    assert [row["task"] for row in rows] == list(TASKS)[1:]
    assert all(row["shards"] == 200 and row["seconds"] > 0 for row in rows)
    assert "open a set" in capsys.readouterr().out
