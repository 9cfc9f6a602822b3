"""The numbers of one shard, against the reader's samples."""

from collections import Counter

import numpy as np
import pytest
from gallery_world import write_shard
from shard_factory import make_content

from scenegen.errors import ShardError
from scenegen.inspect.gallery.survey import survey_shard
from scenegen.shards import ShardReader, Status
from scenegen.shards.content import ShardContent
from scenegen.shards.writer import encode_shard


@pytest.mark.parametrize("layers", [(), ("depth", "instance", "normal")])
def test_numbers_are_those_of_the_samples(tmp_path, layers):
    path = write_shard(tmp_path / "a.h5", samples=3, views=3, layers=layers)
    numbers = survey_shard(path)
    with ShardReader(path) as reader:
        samples = [reader[i] for i in range(3)]
        kinds = Counter(str(reader.asset_categories[a]) for s in samples for a in s.object_asset if a >= 0)
    assert len(numbers) == 3
    assert (numbers.room, numbers.split, numbers.pictures) == ("room-α", "train", (3, 24, 32))
    assert numbers.bytes == path.stat().st_size
    assert numbers.categories == kinds
    for i, sample in enumerate(samples):
        assert numbers.matches[i].tolist() == [len(sample.matches(1)[0]), len(sample.matches(2)[0])]
        np.testing.assert_array_equal(numbers.overlap[i], sample.overlap[0, 1:])
        for view, code in np.ndindex(2, len(Status)):
            assert numbers.status[i, view, code] == (sample.status[view] == code).sum()
    np.testing.assert_array_equal(np.sort(numbers.depth_m), np.sort(np.concatenate([s.depth0 for s in samples])))


def test_depths_without_a_hit_are_left_out(tmp_path):
    content = make_content(samples=1)
    content.arrays["rays/depth0"][0, ::2] = 0
    content.arrays["rays/status"][0, :, ::2] = Status.NO_HIT
    content.arrays["rays/xy"][0, :, ::2] = np.nan
    content.arrays["rays/instance"][0, ::2] = 0
    (tmp_path / "a.h5").write_bytes(encode_shard(content))
    assert survey_shard(tmp_path / "a.h5").depth_m.min() > 0


def test_an_asset_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    content = make_content(samples=1)
    content.arrays["objects/asset"][0, 1] = 9
    monkeypatch.setattr("scenegen.shards.writer.validate", lambda _: None)
    (tmp_path / "a.h5").write_bytes(encode_shard(ShardContent(content.arrays, content.attributes)))
    with pytest.raises(ShardError, match=r"a.h5: objects/asset names row 9 of 4: make it again"):
        survey_shard(tmp_path / "a.h5")
