"""What a run will cost: the arithmetic, by runs whose cost is known."""

import json
from dataclasses import replace

import pytest
from manifests import entry, manifest

from scenegen.pipeline.forecast import FORECAST, Measured, errors, forecast, keep_forecast, kept_forecast, wall_s
from scenegen.shards.manifest import ShardJob

JOBS = [ShardJob(k, f"r{k}", "train", 0, 10, f"{k}.h5") for k in range(6)]
KNOWN = {"config_sha256": "c", "codec": "gzip", "workers": 2, "start_s": 5.0, "peak_bytes": 100, "sample_bytes": 7}
MADE = [Measured(2, 1.0, 0.5, 30), Measured(2, 3.0, 0.3, 10)]


def test_means_of_what_was_measured_for_all_shards_and_pairs():
    found = forecast(JOBS, MADE, **KNOWN)
    assert (found.shards, found.pairs) == (6, 60)
    assert found.core_s == pytest.approx(6 * 2.0 + 60 * 0.4)
    assert found.bytes == 60 * 10
    assert found.memory_bytes == 100 + (10 - 2) * (7 + 10)


def test_memory_that_is_not_known():
    assert forecast(JOBS, MADE, **KNOWN | {"peak_bytes": None}).memory_bytes is None


@pytest.mark.parametrize(("workers", "rounds"), [(1, 6), (2, 3), (4, 2), (6, 1), (100, 1)])
def test_equal_shards_are_made_in_rounds(workers, rounds):
    found = forecast(JOBS, MADE, **KNOWN)
    assert wall_s(found, [10] * 6, workers) == pytest.approx(5 + rounds * (2 + 10 * 0.4))


def test_the_next_shard_goes_to_who_is_free_first():
    found = forecast(JOBS, [Measured(1, 0.0, 1.0, 1)], **KNOWN | {"start_s": 0.0})
    assert wall_s(found, [5, 1, 1, 1, 1, 1], 2) == pytest.approx(5)


def test_a_forecast_is_kept_beside_its_run_and_no_other(tmp_path):
    found = forecast(JOBS, MADE, **KNOWN)
    keep_forecast(tmp_path, found)
    assert kept_forecast(tmp_path, manifest()) == found
    assert kept_forecast(tmp_path, replace(manifest(), config_sha256="other")) is None
    assert kept_forecast(tmp_path, replace(manifest(), codec="zstd")) is None
    (tmp_path / FORECAST).write_text(json.dumps({"workers": 3}))
    assert kept_forecast(tmp_path, manifest()) is None
    assert kept_forecast(tmp_path / "no", manifest()) is None


def test_errors_of_a_complete_run_alone():
    found = forecast(JOBS, MADE, **KNOWN)
    assert errors(found, manifest(entry(0)), 1.0) == {}
    made = manifest(*(entry(k, bytes=50, figures={"seconds": 4.0}) for k in range(6)))
    assert errors(found, made, None) == {"core_s": (found.core_s, 24.0), "bytes": (600, 300)}
    assert errors(found, made, 9.0)["wall_s"] == (wall_s(found, [3] * 6, 2), 9.0)
