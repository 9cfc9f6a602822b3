"""The tool that holds the dense layer against other answers, on small pictures."""

from dataclasses import replace

import measure_dense
import numpy as np
import pytest
from staged import SMALL, shown

from scenegen.config import GenerationConfig


@pytest.fixture(scope="module")
def sample():
    return shown(replace(SMALL, layers=(*GenerationConfig().layers, "visibility")))


def test_the_layer_agrees_with_the_rays_and_with_a_finer_pass(sample):
    found = measure_dense.checks(sample, use_oracle=False)
    assert [values.mean() > least for values, least in zip(found.values(), (0.9999, 0.98), strict=True)] == [True, True]


def test_rules_by_depth_are_counted_where_the_truth_is_known(sample):
    rows = list(measure_dense.judged(sample))
    assert len(rows) == 2
    for part in rows:
        visible = part["visible"]
        assert 0.3 < visible.mean() < 1
        # what is hidden by a metre is told by any rule, and what is seen by the loosest
        assert part["1 %, deepest of 4"][visible].mean() > 0.99
        assert (part["0.5 %"] & ~part["5 %"]).sum() == 0
    told = measure_dense.table({name: np.concatenate([part[name] for part in rows]) for name in rows[0]})
    assert told.startswith("| pixels | share | 4 cm | 0.5 % | 1 % | 5 % | 1 %, deepest of 4 |")
    assert told.count("\n| ") > 4


def test_depth_is_read_at_the_nearest_pixel_and_at_the_deepest_of_four():
    depth = np.array([[1.0, 2.0], [3.0, 4.0]])
    near, far = measure_dense.at(depth, np.array([[0.4, 0.2], [0.6, 0.9], [np.nan, 0.0]]))
    assert near.tolist() == [1.0, 4.0, 1.0]
    assert far.tolist() == [4.0, 4.0, 4.0]
