"""A whole evaluation of a tiny network on tiny shards."""

import json
from dataclasses import replace

import pytest
from shard_factory import make_content
from training_world import TINY_MODEL, tiny, write_shards

from scenegen.shards import ShardError
from scenegen.shards.writer import encode_shard, publish
from training.data.surfaces import surfaces
from training.errors import CheckpointError
from training.evaluation import predictions
from training.evaluation import run as module
from training.evaluation.provenance import inputs_sha256, provenance
from training.evaluation.run import EvaluationSettings, evaluate
from training.evaluation.table import to_json
from training.evaluation.taught import Taught, taught
from training.models.unet import build_model
from training.running.checkpoint import Checkpoint, save
from training.running.fit import fit
from training.weights.trained import open_trained

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
    monkeypatch.setattr(module, "_draw", lambda *_: [])
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
    found = provenance(tmp_path, "val", Taught(surfaces(tmp_path, "train"), "by its record"))
    assert found.rooms == ("hall", "kitchen")
    assert (found.shared_rooms, found.trained_rooms) == (1, 1)
    assert found.held_out == "no: the network was trained on 1 of 2 rooms and 4 of 4 objects of these; by its record"
    assert found.objects == found.shared_objects == 4
    assert found.image_sizes == ("32x24",)
    before = found.sha256
    (tmp_path / "c.h5").unlink()
    assert inputs_sha256(tmp_path, "val") != before


def test_rooms_of_an_earlier_run_are_held_out_by_its_record_whatever_folder_they_lie_in(tmp_path):
    """The run was trained on `kitchen`; a folder of another day has it in its split val."""
    then, now = write_named(tmp_path / "then", "train", "kitchen"), write_named(tmp_path / "now", "val", "kitchen")
    run = tmp_path / "run"
    fit(tiny(steps=1), then, run, "cpu")
    trained = open_trained(run)
    found = provenance(now, "val", taught(trained, now))
    assert (found.shared_rooms, found.trained_rooms) == (1, 1)
    assert found.held_out.startswith("no: the network was trained on 1 of 1 rooms and 4 of 4 objects")
    other = write_named(tmp_path / "other", "val", "hall")
    assert provenance(other, "val", taught(trained, other)).shared_rooms == 0
    assert taught(trained, then).remark == "it was trained on the split train of this folder"


def test_without_a_record_nothing_is_called_held_out(world, tmp_path):
    shards, run, table = world
    assert table.settings["held_out"].startswith("not known: of what the network was trained on the digest alone")
    assert table.settings["shared_rooms"] is table.settings["trained_rooms"] is None
    begun = replace(open_trained(run).about, settings=json.dumps({"init_from": "builtin"}))
    remark = taught(replace(open_trained(run), about=begun), shards).remark
    assert remark.endswith("; what builtin saw, by which it began, is not counted")


def test_another_split_is_measured_where_it_is_named(world, tmp_path, monkeypatch):
    shards, run, table = world
    monkeypatch.setattr(module, "_draw", lambda *_: [])
    train = evaluate(run, shards, tmp_path, "cpu", replace(FEW, split="train", queries=5))
    assert train.settings["sha256"] != table.settings["sha256"]
    assert train.settings["split"] == "train"


def write_named(folder, split, room):
    """A shard of one room."""
    folder.mkdir()
    publish(folder / "a.h5", encode_shard(make_content(split=split, room=room, samples=8)))
    return folder


def test_no_run_and_no_held_out_rooms_are_one_line_each(world, tmp_path):
    shards, run, _ = world
    with pytest.raises(CheckpointError):
        evaluate(tmp_path, shards)
    only_train = write_shards(tmp_path / "train", val=0)
    with pytest.raises(ShardError, match="has no shard of split 'val': choose one of train"):
        evaluate(run, only_train)
