"""A whole evaluation of a tiny network on tiny shards."""

import json

import pytest
from shard_factory import make_content
from training_world import TINY_MODEL, tiny, write_shards

from scenegen.shards import ShardError
from scenegen.shards.writer import encode_shard, publish
from training.errors import CheckpointError
from training.evaluation import predictions
from training.evaluation import run as module
from training.evaluation.provenance import provenance
from training.evaluation.run import EvaluationSettings, evaluate
from training.evaluation.table import to_json
from training.models.unet import build_model
from training.running.checkpoint import Checkpoint, save

FEW = EvaluationSettings(pairs=3, queries=20)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Shards, a run folder, and the table of its evaluation."""
    folder = tmp_path_factory.mktemp("world")
    shards, run = write_shards(folder / "shards"), folder / "run"
    run.mkdir()
    model = build_model(TINY_MODEL, 5)
    save(run / "checkpoint.pt", Checkpoint(tiny(), 1, 1, "", model.state_dict(), {}, {}))
    return shards, run, evaluate(run, shards, None, "cpu", FEW)


def test_every_descriptor_has_a_row_and_identical_views_are_matched(world):
    _, _, table = world
    assert [row.name for row in table.rows] == ["trained", "untrained", "RGB 7x7", "RGB 7x7 - mean", "dense SIFT"]
    assert [row.channels for row in table.rows] == [8, 8, 147, 147, 128]
    for row in table.rows:
        assert row.scores.pairs == 3
        assert row.scores.queries == 60
        assert row.scores.metrics["closer"].value == 0  # the second view is the first one
    assert table.rows[2].scores.metrics["recall@1"].value == 1


def test_files_lie_in_the_run_folder(world):
    _, run, table = world
    content = json.loads((run / "eval" / "table.json").read_text(encoding="utf-8"))
    assert [row["name"] for row in content["rows"]] == [row.name for row in table.rows]
    assert content["settings"]["queries"] == 20
    assert content["settings"]["distance"] == "l2"
    assert content["settings"]["image_sizes"] == ["32x24"]
    assert "RGB 7x7 - mean" in (run / "eval" / "table.txt").read_text(encoding="utf-8")
    assert list((run / "eval").glob("*.png"))
    assert len(list((run / "eval" / "predictions").glob("*/0000.h5"))) == 5


def test_predictions_are_made_once_for_the_same_question(world, monkeypatch):
    shards, run, table = world
    monkeypatch.setattr(module, "draw", lambda *_: [])
    asked = []
    predict = predictions.predict
    monkeypatch.setattr(predictions, "predict", lambda *a: (asked.append(a[0]), predict(*a))[1])
    again = evaluate(run, shards, None, "cpu", FEW)
    assert asked == []
    assert to_json(again) == to_json(table)
    evaluate(run, shards, None, "cpu", EvaluationSettings(pairs=3, queries=10))
    assert len(asked) == 5


def test_provenance_tells_whether_rooms_and_objects_are_held_out(tmp_path):
    for name, split, room, seed in (("a", "train", "kitchen", 0), ("b", "val", "kitchen", 1), ("c", "val", "hall", 2)):
        publish(tmp_path / f"{name}.h5", encode_shard(make_content(split=split, room=room, seed=seed, samples=8)))
    found = provenance(tmp_path, "val")
    assert found.rooms == ("hall", "kitchen")
    assert (found.shared_rooms, found.trained_rooms) == (1, 1)
    assert found.objects == found.shared_objects == 4
    assert found.image_sizes == ("32x24",)
    before = found.sha256
    (tmp_path / "c.h5").unlink()
    assert provenance(tmp_path, "val").sha256 != before


def test_no_run_and_no_held_out_rooms_are_one_line_each(world, tmp_path):
    shards, run, _ = world
    with pytest.raises(CheckpointError):
        evaluate(tmp_path, shards)
    only_train = write_shards(tmp_path / "train", val=0)
    with pytest.raises(ShardError, match="has no shard of split 'val': choose one of train"):
        evaluate(run, only_train)
