"""The table of layers: what is forgotten in an entry is seen here, not by a user."""

from pathlib import Path

import numpy as np
import pytest
from shard_factory import make_content

from scenegen.config import GenerationConfig
from scenegen.inspect.figure.layers import RIGHT_IN
from scenegen.layers import DEFAULT, LAYER, LAYERS, named
from scenegen.pipeline.plan import sample_bytes
from scenegen.shards import schema
from scenegen.shards.reader import ShardReader
from scenegen.shards.writer import encode_shard, publish

every = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)


@every
def test_it_has_a_maker_an_auditor_and_a_drawer(layer):
    assert callable(named(layer.made_by))
    assert callable(named(layer.differs_by))
    assert layer.name == "rgb" or callable(named(layer.drawn_by))
    assert layer.audited_by is None or callable(named(layer.audited_by))
    assert (layer.names is None) == (layer.named_by is None)
    assert layer.named_by is None or callable(named(layer.named_by))
    assert RIGHT_IN > 0


@every
def test_format_and_samples_have_it(layer, tmp_path):
    field = schema.FIELD[layer.name]
    assert field.is_picture
    assert field.layer == (None if layer.name == "rgb" else layer.name)
    content = make_content(samples=1)
    publish(tmp_path / "a.h5", encode_shard(content))
    with ShardReader(tmp_path / "a.h5") as reader:
        np.testing.assert_array_equal(reader[0].layer(layer.name), content.arrays[layer.name][0])
    assert layer.names is None or schema.FIELD[layer.names].layer == layer.name


@every
@pytest.mark.parametrize("views", [2, 5])
def test_its_bytes_are_those_of_its_array(layer, views):
    array = make_content(samples=1, views=views).arrays[layer.name]
    assert layer.bytes_per_pixel(views) == array[0].nbytes / np.prod(array.shape[1:4])


def test_what_is_stored_unless_told_otherwise():
    assert DEFAULT == ("rgb", "depth", "instance", "normal") == GenerationConfig().layers
    more = GenerationConfig(views=3, layers=(*DEFAULT, "visibility"))
    assert sample_bytes(more) - sample_bytes(GenerationConfig(views=3)) == 640 * 480 * 3 * 2


MORE = {
    "visibility": {"export/flow.py", "inspect/gallery/pixels.py"},  # who asks for it
    "semantic": {"shards/schema.py", "shards/content.py", "verify/check.py", "shards/sample.py"},  # its names
}
"""What knows a layer besides the table and who draws it."""


@pytest.mark.parametrize("name", MORE)
def test_hardly_anything_outside_the_table_knows_a_layer_on_request(name):
    package = Path(schema.__file__).parents[1]
    found = {p.relative_to(package).as_posix() for p in package.rglob("*.py") if f'"{name}"' in p.read_text("utf-8")}
    assert found <= {"layers.py", "inspect/figure/layers.py"} | MORE[name]


def test_versions_say_the_least_that_describes_a_shard():
    assert schema.version_of(["rgb", "depth"]) == "1.0"
    assert schema.version_of(["rgb", "visibility", "no such dataset"]) == "1.2"
    assert schema.version_of(["rgb", "visibility", "semantic"]) == "1.3"
    assert schema.version_of(["rgb", "semantic", "camera/brown"]) == "2.0" == schema.NEWEST_VERSION
    assert set(LAYER) == {"rgb", *schema.LAYERS}
