"""Finding the sample to look at, and saying in one line why there is none."""

import h5py
import numpy as np
import pytest
from looking_world import content, shard

from scenegen.errors import ShardError, UsageError
from scenegen.inspect.subject import Samples
from scenegen.shards.writer import encode_shard


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return shard(tmp_path_factory.mktemp("shards") / "a.h5", layers=("depth",))


def test_a_sample_of_a_shard(path):
    with Samples(path) as samples:
        assert len(samples) == 2
        subject = samples.subject(1)
    assert subject.sample.index == 1
    assert subject.views == (0, 1, 2)
    assert subject.source == "a.h5, sample 1"
    assert subject.names == {1: "room", 2: "chair", 3: "mug"}
    assert not subject.relit


def test_views_lit_apart_are_known_from_the_configuration(tmp_path):
    for k, (config, relit) in enumerate(
        [
            ('{"light": {"relight": "on"}}', True),
            ('{"light": {"relight": "off"}}', False),
            ('{"light": {"relight": "on"}, "cameras": {"rig": "stereo:0.1"}}', False),
            ('{"cameras": {"trajectory": "walk"}}', False),
            ('{"cameras": {"rig": "free"}}', True),
            ("{}", True),
            ('{"light": 3}', True),
        ]
    ):
        file = tmp_path / f"{k}.h5"
        file.write_bytes(encode_shard(content(samples=1, config_json=config)))
        with Samples(file) as samples:
            assert samples.subject(0).relit == relit


def test_samples_of_a_run_are_counted_through_its_shards(tmp_path):
    for name, count in (("a", 2), ("b", 3)):
        shard(tmp_path / f"{name}.h5", samples=count)
    with Samples(tmp_path) as samples:
        assert len(samples) == 5
        assert [samples.subject(k).source for k in (1, 2, 4)] == ["a.h5, sample 1", "b.h5, sample 0", "b.h5, sample 2"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("objects/asset", 99, "objects/asset: 3 entries are not -1 or a row of assets/id"),
        ("camera/K", 0, "camera/K: "),
        ("camera/K", np.nan, "camera/K: "),
        ("camera/T_world_cam", np.inf, "camera/T_world_cam: "),
        ("camera/T_world_cam", -1, "camera/T_world_cam: "),
        ("rays/status", 200, "rays/status: "),
        ("rays/depth0", np.inf, "rays/depth0: "),
        ("rays/xy0", 60000, "rays/xy0: "),
        ("depth", np.nan, "depth: "),
        ("depth", np.inf, "depth: "),
    ],
)
def test_values_that_cannot_be_are_refused_not_drawn(path, tmp_path, name, value, message):
    file = tmp_path / "odd.h5"
    file.write_bytes(path.read_bytes())
    with h5py.File(file, "a") as edited:
        edited[name][1] = value
    with Samples(file) as samples, np.errstate(all="raise"):
        assert samples.subject(0).sample.index == 0
        with pytest.raises(ShardError) as caught:
            samples.subject(1)
    assert str(caught.value).startswith(f"{file}: sample 1: {message}")
    assert "\n" not in str(caught.value)


def test_some_views_in_the_order_asked_for(path):
    with Samples(path) as samples:
        subject = samples.subject(0)
    assert subject.only([2, 0]).views == (2, 0)
    assert np.array_equal(subject.only([2, 0]).sample.rgb, subject.sample.rgb)


@pytest.mark.parametrize(
    ("views", "message"),
    [
        ([3, 0], "--views 3: a.h5, sample 0 has views 0 to 2: name two or more of them"),
        ([0, -1], "--views -1: a.h5, sample 0 has views 0 to 2: name two or more of them"),
        ([1], "--views 1: name two or more different views of 0 to 2"),
        ([0, 1, 0], "--views 0 1 0: name two or more different views of 0 to 2"),
    ],
)
def test_views_that_are_not_there(path, views, message):
    with Samples(path) as samples, pytest.raises(UsageError) as caught:
        samples.subject(0).only(views)
    assert str(caught.value) == message


@pytest.mark.parametrize("index", [-1, 2, 10**9])
def test_an_index_out_of_range(path, index):
    with Samples(path) as samples, pytest.raises(UsageError) as caught:
        samples.subject(index)
    assert str(caught.value) == f"--sample {index}: {path} has samples 0 to 1"


def test_a_layer_that_is_missing_is_named_with_what_needs_it(path):
    with Samples(path) as samples:
        subject = samples.subject(0)
    assert subject.layer("depth", "--kind warp").shape == (3, 120, 160)
    with pytest.raises(UsageError) as caught:
        subject.layer("normal", "--kind warp")
    assert str(caught.value) == (
        f"{path}: has no normal layer, which --kind warp needs: render with --layers rgb,normal"
    )


def test_what_is_no_shard(tmp_path, path):
    with pytest.raises(UsageError, match="no such file or folder: give a shard"):
        Samples(tmp_path / "nowhere.h5")
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(ShardError, match="is not HDF5"):
        Samples(tmp_path / "text.h5").subject(0)
    newer = tmp_path / "newer.h5"
    newer.write_bytes(path.read_bytes())
    with h5py.File(newer, "a") as file:
        file.attrs["format_version"] = b"3.0"
    with pytest.raises(ShardError, match=r"has format version 3\.0, this program reads 2\.0: update scenegen"):
        len(Samples(newer))
    short = tmp_path / "short.h5"
    short.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(ShardError, match="was cut short"):
        Samples(short).subject(0)
