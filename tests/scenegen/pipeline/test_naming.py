"""One table of names for all samples of a shard."""

from types import SimpleNamespace

import numpy as np

from scenegen.pipeline.naming import NO_ROW, joined_names, name_alike, renumbered


def test_a_table_begins_with_unknown_and_has_each_other_name_once_in_order():
    found = joined_names([("unknown", "wall", "mug", "mug"), ("unknown", "chair", "wall")])
    assert found.tolist() == ["unknown", "chair", "mug", "wall"]
    assert joined_names([("unknown",)]).tolist() == ["unknown"]


def test_rows_of_one_table_become_rows_of_another():
    rows = np.array([[0, 1], [2, 3]], np.uint16)
    found = renumbered(rows, ("unknown", "mug", "wall", "sofa"), np.array(["unknown", "mug", "vase", "wall"]))
    assert found.tolist() == [[0, 1], [3, NO_ROW]]
    assert found.dtype == np.uint16


def test_samples_are_numbered_alike_in_place():
    names = [("unknown", "wall", "mug"), ("unknown", "wall", "chair", "unknown")]
    samples = [SimpleNamespace(names={"semantic": each}) for each in names]
    layers = {"semantic": np.array([[[[0, 1, 2]]], [[[1, 2, 3]]]], np.uint16), "depth": np.ones((2, 1, 1, 3))}
    kept = layers["semantic"]
    tables = name_alike(samples, layers)
    assert {k: v.tolist() for k, v in tables.items()} == {"categories/name": ["unknown", "chair", "mug", "wall"]}
    assert layers["semantic"] is kept
    assert kept[:, 0, 0].tolist() == [[0, 3, 2], [3, 1, 0]]


def test_layers_without_names_need_no_table():
    assert name_alike([SimpleNamespace(names={})], {"depth": np.ones((1, 2, 4, 4))}) == {}
