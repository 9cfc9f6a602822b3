"""The table that drives the format, and the checks of content against it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shard_factory import make_content

from scenegen.shards import ShardReader, schema
from scenegen.shards.content import validate
from scenegen.shards.digest import content_sha256, sha256_of
from scenegen.shards.tables import markdown_attributes, markdown_table, shape_text
from scenegen.shards.verify import check_shard
from scenegen.shards.writer import encode_shard
from scenegen.tracing.status import Status

DESIGNED = {
    "rgb": ("(P, V, H, W, 3)", "uint8"),
    "depth": ("(P, V, H, W)", "float32"),
    "instance": ("(P, V, H, W)", "uint16"),
    "normal": ("(P, V, H, W, 3)", "int8"),
    "visibility": ("(P, V, H, W, V-1)", "uint8 enum"),
    "camera/K": ("(P, V, 3, 3)", "float64"),
    "camera/T_world_cam": ("(P, V, 4, 4)", "float64"),
    "rays/xy0": ("(P, R, 2)", "uint16"),
    "rays/depth0": ("(P, R)", "float32"),
    "rays/instance": ("(P, R)", "uint16"),
    "rays/xy": ("(P, V-1, R, 2)", "float32"),
    "rays/status": ("(P, V-1, R)", "uint8 enum"),
    "objects/asset": ("(P, M)", "int32"),
    "objects/T_world_object": ("(P, M, 4, 4)", "float64"),
    "assets/id": ("(A,)", "text, utf-8"),
    "assets/category": ("(A,)", "text, utf-8"),
    "sample/seed": ("(P, 3)", "uint32"),
    "sample/overlap": ("(P, V, V)", "float32"),
    "sample/baseline_m": ("(P, V-1)", "float32"),
    "sample/view_angle_deg": ("(P, V-1)", "float32"),
    "preview": ("(h, w, 3)", "uint8"),
}


def broken(**changes):
    """A valid content with some arrays replaced; None removes one."""
    content = make_content()
    arrays = {name: changes.get(name, array) for name, array in content.arrays.items()} | changes
    return replace(content, arrays={name: array for name, array in arrays.items() if array is not None})


def edited(name, index, value):
    """A valid content with one entry of one array replaced."""
    array = make_content().arrays[name].copy()
    array[index] = value
    return broken(**{name: array})


def test_the_table_is_the_design():
    assert {f.name: (shape_text(f), schema.dtype_text(f)) for f in schema.FIELDS} == DESIGNED


def test_status_codes_are_frozen():
    names = ["no_hit", "visible", "occluded", "out_of_view", "behind_camera", "ambiguous"]
    assert {name: code for code, name in enumerate(names)} == schema.STATUS
    assert schema.STATUS["visible"] == Status.VISIBLE


def test_every_field_is_documented():
    for field in schema.FIELDS:
        assert field.description
        assert field.units
        assert len(set(field.dims)) == len(field.dims)
    assert schema.LAYERS == ("depth", "instance", "normal", "visibility")


def test_markdown_tables_have_one_row_per_entry():
    table, attributes = markdown_table(), markdown_attributes()
    assert all(f"| `{field.name}` |" in table for field in schema.FIELDS)
    assert all(f"| `{name}` |" in attributes for name in schema.ATTRIBUTES | schema.CONVENTIONS)
    columns = {line.count("|") for line in table.splitlines()}
    assert columns == {6}


def test_chunks_hold_rows_of_one_picture_or_one_view_of_rays():
    assert schema.FIELD["rgb"].chunks((4, 2, 48, 64, 3)) == (1, 1, 48, 64, 3)
    assert schema.FIELD["normal"].chunks((4, 2, 480, 640, 3)) == (1, 1, 60, 640, 3)
    assert schema.FIELD["rays/xy0"].chunks((4, 96, 2)) == (1, 96, 2)
    assert schema.FIELD["rays/xy"].chunks((4, 1, 96, 2)) == (1, 1, 96, 2)
    assert schema.FIELD["camera/K"].chunks((4, 2, 3, 3)) == (4, 2, 3, 3)


def test_sizes_are_named_by_dimension():
    content = make_content(samples=3, views=4, slots=5, assets=6)
    sizes = schema.check_shapes({name: array.shape for name, array in content.arrays.items()})
    assert (sizes["sample"], sizes["view"], sizes["other_view"], sizes["slot"], sizes["asset"]) == (3, 4, 3, 5, 6)


@pytest.mark.parametrize("layers", [(), ("depth",), schema.LAYERS])
def test_valid_content_passes(layers):
    validate(make_content(layers=layers))
    validate(make_content(slots=0, assets=0, layers=layers))


@pytest.mark.parametrize("name", [f.name for f in schema.FIELDS if f.layer is None])
def test_each_missing_dataset_is_named(name):
    with pytest.raises(ValueError, match=f"^{name}: missing"):
        validate(broken(**{name: None}))


@pytest.mark.parametrize("field", schema.FIELDS, ids=lambda field: field.name)
def test_each_foreign_type_is_named(field):
    shape = make_content().arrays[field.name].shape
    with pytest.raises(ValueError, match=f"^{field.name}: type complex64 is not "):
        validate(broken(**{field.name: np.zeros(shape, np.complex64)}))


@pytest.mark.parametrize("field", schema.FIELDS, ids=lambda field: field.name)
def test_each_wrong_rank_is_named(field):
    with pytest.raises(ValueError, match=f"^{field.name}: shape .* is not "):
        validate(broken(**{field.name: make_content().arrays[field.name][None]}))


@pytest.mark.parametrize(
    ("name", "index", "value"),
    [
        ("depth", (0, 0, 3, 4), -1),
        ("depth", (0, 0, 3, 4), np.nan),
        ("camera/K", (0, 0, 0, 0), np.nan),
        ("camera/T_world_cam", (1, 1, 0, 3), np.inf),
        ("rays/xy0", (0, 7), (32, 0)),
        ("rays/xy0", (0, 7), (0, 24)),
        ("rays/depth0", (1, 5), -0.5),
        ("rays/status", (1, 0, 5), 6),
        ("objects/asset", (0, 1), 4),
        ("objects/asset", (0, 1), -2),
        ("objects/T_world_object", (0, 1, 2, 2), np.nan),
        ("sample/overlap", (0, 0, 1), 1.5),
        ("sample/baseline_m", (0, 0), -1),
        ("sample/view_angle_deg", (0, 0), np.nan),
    ],
)
def test_each_impossible_value_is_named(name, index, value):
    with pytest.raises(ValueError, match=f"^{name}: 1 entries are not .*, the first at \\({index[0]}, {index[1]}"):
        validate(edited(name, index, value))


@pytest.mark.parametrize(("status", "xy"), [("visible", np.nan), ("out_of_view", np.inf), ("no_hit", 3.0)])
def test_a_projection_must_be_where_it_is_due(status, xy):
    arrays = make_content().arrays
    codes, places = arrays["rays/status"].copy(), arrays["rays/xy"].copy()
    codes[1, 0, 9], places[1, 0, 9] = schema.STATUS[status], xy
    with pytest.raises(ValueError, match=r"^rays/xy: 1 entries .* first at \(1, 0, 9\)"):
        validate(broken(**{"rays/status": codes, "rays/xy": places}))


@pytest.mark.parametrize("xy", [np.nan, 3.0])
def test_an_ambiguous_ray_may_have_a_projection_or_none(xy):
    arrays = make_content().arrays
    codes, places = arrays["rays/status"].copy(), arrays["rays/xy"].copy()
    codes[1, 0, 9], places[1, 0, 9] = Status.AMBIGUOUS, xy
    validate(broken(**{"rays/status": codes, "rays/xy": places}))


def test_one_view_is_not_a_sample():
    with pytest.raises(ValueError, match=r"^rgb: 2 samples of 1 views"):
        validate(make_content(views=1))


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"^colour: not a dataset"):
        validate(broken(colour=np.zeros(3)))
    with pytest.raises(ValueError, match=r"^hostname: "):
        validate(make_content(hostname="x"))
    with pytest.raises(ValueError, match=r"^seed: '7' is not int"):
        validate(replace(make_content(), attributes=make_content().attributes | {"seed": "7"}))


def test_a_missing_attribute_is_named():
    content = make_content()
    attributes = {name: value for name, value in content.attributes.items() if name != "license"}
    with pytest.raises(ValueError, match=r"^license: missing"):
        validate(replace(content, attributes=attributes))


def test_the_schema_imports_only_what_the_house_allows():
    source = Path(schema.__file__).read_text(encoding="utf-8")
    imports = {line.split()[1] for line in source.splitlines() if line.startswith("from scenegen")}
    assert imports == {"scenegen.layers", "scenegen.tracing.status"}


def lacking(*names):
    """Content of an imported shard that lacks some datasets, and says so."""
    content = make_content(layers=())
    arrays = {name: array for name, array in content.arrays.items() if name not in names}
    return replace(content, arrays=arrays, attributes=content.attributes | {"absent": ",".join(names)})


def test_an_imported_shard_may_lack_what_it_says_it_lacks():
    validate(lacking())
    validate(lacking(*schema.MAY_BE_ABSENT))
    for name in sorted(set(schema.MAY_BE_ABSENT) - {"assets/id"}):
        validate(lacking(name))
    with pytest.raises(ValueError, match=r"^objects/asset: \d+ entries are not -1 or a row of assets/id"):
        validate(lacking("assets/id"))


@pytest.mark.parametrize("name", sorted(schema.FIELD.keys() - set(schema.MAY_BE_ABSENT) - set(schema.LAYERS)))
def test_what_no_shard_may_lack_is_named(name):
    with pytest.raises(ValueError, match=f"^{name}: no shard may lack it"):
        validate(lacking(name))


def test_a_shard_that_lies_about_what_it_lacks_is_refused():
    content = lacking("camera/K")
    with pytest.raises(ValueError, match=r"^camera/K: is there, though the shard says that it lacks it"):
        validate(replace(content, arrays=make_content(layers=()).arrays))
    with pytest.raises(ValueError, match=r"^camera/K: missing"):
        validate(replace(content, attributes=content.attributes | {"absent": ""}))


def test_what_is_lacking_is_blank_to_readers(tmp_path):
    names = schema.MAY_BE_ABSENT
    path = tmp_path / "shard.h5"
    path.write_bytes(encode_shard(lacking(*names)))
    assert not [problem for problem in check_shard(path).problems if not problem.startswith("sample ")]
    whole = make_content().arrays
    with ShardReader(path) as reader:
        assert reader.attributes["format_version"] == "1.1"
        assert {info.name for info in reader.datasets()} == whole.keys() - set(names) - set(schema.LAYERS)
        sample = reader[1]
        assert not sample.has_cameras
        for name in names:
            free = {"objects/asset": 1, "objects/T_world_object": 1, "assets/id": 0, "assets/category": 0}
            wanted = list(whole[name].shape)
            if name in free:
                wanted[free[name]] = 0
            assert list(reader.read(name).shape) == wanted, name
            assert reader.read(name).dtype.kind == whole[name].dtype.kind
        assert np.isnan(sample.K).all()
        assert np.isnan(sample.depth0).all()
        assert (sample.ray_instance == 0).all()
    assert sha256_of(lacking(*names)) == content_sha256(path)
