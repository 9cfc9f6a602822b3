"""The table that drives the format, and the checks of content against it."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from shard_factory import make_content

from scenegen.lenses import parse
from scenegen.shards import ShardReader, schema
from scenegen.shards.content import stored, validate
from scenegen.shards.digest import content_sha256, sha256_of
from scenegen.shards.field import in_numbers
from scenegen.shards.tables import markdown_attributes, markdown_table, shape_text
from scenegen.shards.writer import encode_shard
from scenegen.status import Status
from scenegen.verify.check import check_shard

DESIGNED = {
    "rgb": ("(P, V, H, W, 3)", "uint8"),
    "depth": ("(P, V, H, W)", "float32"),
    "instance": ("(P, V, H, W)", "uint16"),
    "normal": ("(P, V, H, W, 3)", "int8"),
    "visibility": ("(P, V, H, W, V-1)", "uint8 enum"),
    "semantic": ("(P, V, H, W)", "uint16"),
    "camera/K": ("(P, V, 3, 3)", "float64"),
    "camera/brown": ("(P, V, 5)", "float64"),
    "camera/fisheye": ("(P, V, 4)", "float64"),
    "camera/T_world_cam": ("(P, V, 4, 4)", "float64"),
    "rays/xy0": ("(P, R, 2)", "uint16"),
    "rays/depth0": ("(P, R)", "float32"),
    "rays/instance": ("(P, R)", "uint16"),
    "rays/xy": ("(P, V-1, R, 2)", "float32"),
    "rays/status": ("(P, V-1, R)", "uint8 enum"),
    "objects/asset": ("(P, M)", "int32"),
    "objects/T_world_object": ("(P, M, 4, 4)", "float64"),
    "objects/box": ("(P, M, 8, 3)", "float64"),
    "objects/seen_px": ("(P, M, V)", "uint32"),
    "objects/alone_px": ("(P, M, V)", "uint32"),
    "assets/id": ("(A,)", "text, utf-8"),
    "assets/category": ("(A,)", "text, utf-8"),
    "categories/name": ("(K,)", "text, utf-8"),
    "sample/seed": ("(P, 3)", "uint32"),
    "sample/overlap": ("(P, V, V)", "float32"),
    "sample/baseline_m": ("(P, V-1)", "float32"),
    "sample/view_angle_deg": ("(P, V-1)", "float32"),
    "preview": ("(h, w, 3)", "uint8"),
}

LENS = {"camera/brown": parse("brown:-0.2,0.05,0.001,0,0"), "camera/fisheye": parse("fisheye:0.01,0,0,0")}


STORED = {
    "rgb": "1 PV never 1.0",
    "depth": "m PV never 1.0",
    "instance": "1 PV never 1.0",
    "normal": "1/127 PV never 1.0",
    "visibility": "1 PV never 1.2",
    "semantic": "1 PV never 1.3",
    "camera/K": "px all nan 1.0",
    "camera/brown": "1 all never 2.0",
    "camera/fisheye": "1 all never 2.0",
    "camera/T_world_cam": "m all nan 1.0",
    "rays/xy0": "px P never 1.0",
    "rays/depth0": "m P nan 1.0",
    "rays/instance": "1 P 0 1.0",
    "rays/xy": "px PV never 1.0",
    "rays/status": "1 PV never 1.0",
    "objects/asset": "1 all -1 1.0",
    "objects/T_world_object": "m all nan 1.0",
    "objects/box": "m all never 1.3",
    "objects/seen_px": "px all never 1.3",
    "objects/alone_px": "px all never 1.3",
    "assets/id": "1 all 0 1.0",
    "assets/category": "1 all 0 1.0",
    "categories/name": "1 all never 1.3",
    "sample/seed": "1 all never 1.0",
    "sample/overlap": "1 all nan 1.0",
    "sample/baseline_m": "m all nan 1.0",
    "sample/view_angle_deg": "deg all nan 1.0",
    "preview": "1 all never 1.0",
}
"""Unit; what a chunk holds: one sample, one view of one, or all; what stands for it where it may lack; since when."""
LABELS = {
    "rgb": "sample view y x rgb",
    "visibility": "sample view y x other_view",
    "camera/brown": "sample view brown",
    "camera/fisheye": "sample view fisheye",
    "camera/T_world_cam": "sample view row4 column4",
    "rays/xy0": "sample ray xy",
    "rays/xy": "sample other_view ray xy",
    "objects/box": "sample slot corner xyz",
    "objects/seen_px": "sample slot view",
    "sample/seed": "sample key",
    "sample/overlap": "sample view seen_in_view",
    "assets/id": "asset",
    "categories/name": "category",
    "preview": "preview_y preview_x rgb",
}
"""Labels of the dimensions, which files carry; what is not here has labels of these."""


def stored_as(field):
    """A line of `STORED`, found out by asking."""
    shape = tuple(2 + k for k in range(len(field.dims)))
    chunk = {0: "all", 1: "P", 2: "PV"}[sum(side == 1 for side in field.chunks(shape))]
    return f"{field.units} {chunk} {'never' if field.blank is None else field.blank} {field.since}"


def test_units_chunks_blanks_and_versions_are_frozen():
    assert {field.name: stored_as(field) for field in schema.FIELDS if not is_new(field)} == STORED


def test_labels_of_dimensions_are_frozen():
    assert {name: " ".join(schema.FIELD[name].dims) for name in LABELS} == LABELS
    known = {label for line in LABELS.values() for label in line.split()} | {"row3", "column3"}
    assert {label for field in schema.FIELDS for label in field.dims} == known


def test_what_every_file_says_of_itself_is_frozen():
    rendered, imported = schema.conventions({}, ()), schema.conventions({"absent": ""}, ())
    same = {"format": "scenegen-pairs"}
    assert rendered.items() >= (same | {"format_version": "1.0", "length_unit": "metre"}).items()
    assert imported.items() >= (same | {"format_version": "1.1"}).items()
    names = ("camera_convention", "pose_convention", "pixel_convention", "depth_convention", "length_unit")
    assert rendered.keys() == imported.keys() == {"format", "format_version", *names}
    assert schema.conventions({"absent": ""}, ["visibility"])["format_version"] == "1.2"
    assert schema.conventions({}, ["rgb", "objects/box"])["format_version"] == "1.3"
    assert schema.conventions({}, ["rgb", "camera/brown"])["format_version"] == "2.0" == schema.NEWEST_VERSION
    kinds = {name: kind for name, (kind, _) in schema.ATTRIBUTES.items()}
    whole = {"seed", "shard_index", "num_shards"}
    assert {name for name, kind in kinds.items() if kind is int} == whole
    told = ["generator_version", "config_json", "config_sha256", "assets_sha256", "room", "split", "object_split"]
    assert {name for name, kind in kinds.items() if kind is str} == {*told, "license"}
    assert schema.attributes_due({}) == schema.ATTRIBUTES
    assert schema.attributes_due({"absent": ""}).keys() - schema.ATTRIBUTES.keys() == {"absent"}


def test_what_a_shard_lacks_is_read_from_one_line():
    assert schema.absent({}) == schema.absent({"absent": ""}) == ()
    assert schema.absent({"absent": "camera/K,objects/asset"}) == ("camera/K", "objects/asset")


def test_blanks_have_the_shape_and_type_of_what_lacks():
    sizes = {"sample": 2, "view": 3, "row3": 3, "column3": 3, "slot": 4, "asset": 0}
    K = schema.blank(schema.FIELD["camera/K"], sizes)
    assert (K.shape, K.dtype, np.isnan(K).all()) == ((2, 3, 3, 3), np.float64, True)
    slots = schema.blank(schema.FIELD["objects/asset"], sizes)
    assert (slots.shape, slots.dtype, slots.max(), slots.min()) == ((2, 4), np.int32, -1, -1)
    names = schema.blank(schema.FIELD["assets/id"], sizes)
    assert (names.shape, names.dtype.kind) == ((0,), "U")


def test_a_layer_is_due_in_whole_or_not_at_all():
    shapes = {name: array.shape for name, array in make_content().arrays.items()}
    without = {name: shape for name, shape in shapes.items() if schema.FIELD[name].layer != "semantic"}
    assert "category" not in schema.check_shapes(without)
    assert schema.check_shapes(shapes)["category"] == 5
    with pytest.raises(ValueError, match=r"^objects/seen_px: missing"):
        schema.check_shapes({name: shape for name, shape in shapes.items() if name != "objects/seen_px"})


def test_sizes_that_disagree_are_named_with_what_they_should_be():
    shapes = {name: array.shape for name, array in make_content(views=3).arrays.items()}
    for name, shape, due in [
        ("depth", (2, 3, 24, 33), "(2, 3, 24, 32) (sample, view, y, x)"),
        ("rays/status", (2, 3, 96), "(2, 2, 96) (sample, other_view, ray)"),
        ("sample/overlap", (2, 3, 2), "(2, 3, 3) (sample, view, seen_in_view)"),
        ("preview", (5, 6, 4), "(5, 6, 3) (preview_y, preview_x, rgb)"),
    ]:
        with pytest.raises(ValueError, match=rf"^{name}: shape ") as caught:
            schema.check_shapes(shapes | {name: shape})
        assert str(caught.value) == f"{name}: shape {shape} is not {due}"


@pytest.mark.parametrize("label", ["other_view", "seen_in_view"])
def test_views_are_counted_once_whatever_the_datasets_agree_on(label):
    """Every dataset says alike that there is one view more: the pictures know better."""
    shapes = {name: array.shape for name, array in make_content(views=3, layers=()).arrays.items()}
    more = {
        name: tuple(size + (of == label) for of, size in zip(schema.FIELD[name].dims, shape, strict=True))
        for name, shape in shapes.items()
    }
    with pytest.raises(ValueError, match=r"^(rays/xy|sample/overlap): shape .* is not \(2, [23], "):
        schema.check_shapes(more)


def broken(**changes):
    """A valid content with some arrays replaced; None removes one."""
    content = make_content(lens=next((LENS[name] for name in changes if name in LENS), None))
    arrays = {name: changes.get(name, array) for name, array in content.arrays.items()} | changes
    return replace(content, arrays={name: array for name, array in arrays.items() if array is not None})


def edited(name, index, value):
    """A valid content with one entry of one array replaced."""
    array = make_content().arrays[name].copy()
    array[index] = value
    return broken(**{name: array})


def is_new(field):
    """Whether it is a layer that was added to the table since; nothing else may be added unseen."""
    return field.is_picture and field.name not in DESIGNED


def test_the_table_is_the_design():
    assert {f.name: (shape_text(f), schema.dtype_text(f)) for f in schema.FIELDS if not is_new(f)} == DESIGNED


def test_status_codes_are_frozen():
    names = ["no_hit", "visible", "occluded", "out_of_view", "behind_camera", "ambiguous"]
    assert {name: code for code, name in enumerate(names)} == schema.STATUS
    assert schema.STATUS["visible"] == Status.VISIBLE


def test_every_field_is_documented():
    for field in schema.FIELDS:
        assert field.description
        assert field.units
        assert len(set(field.dims)) == len(field.dims)
    assert schema.LAYERS[:5] == ("depth", "instance", "normal", "visibility", "semantic")
    assert schema.NAMED == {"semantic": "categories/name"}


def test_versions_compare_as_numbers(monkeypatch):
    later = SimpleNamespace(since="1.10")
    monkeypatch.setitem(schema.FIELD, "later", later)
    monkeypatch.setitem(schema.FIELD, "sooner", SimpleNamespace(since="1.9"))
    assert schema.version_of(["rgb", "later", "sooner"]) == "1.10"
    assert schema.version_of(["sooner"], "1.10") == "1.10"
    assert in_numbers("1.9") < in_numbers("1.10") < in_numbers("2.0")
    assert in_numbers(f"1.x.{'9' * 5000}") == (1, 0, 999_999_999)


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


@pytest.mark.parametrize("name", [f.name for f in schema.FIELDS if not f.is_optional])
def test_each_missing_dataset_is_named(name):
    with pytest.raises(ValueError, match=f"^{name}: missing"):
        validate(broken(**{name: None}))


@pytest.mark.parametrize("field", schema.FIELDS, ids=lambda field: field.name)
def test_each_foreign_type_is_named(field):
    shape = make_content(lens=LENS.get(field.name)).arrays[field.name].shape
    with pytest.raises(ValueError, match=f"^{field.name}: type complex64 is not "):
        validate(broken(**{field.name: np.zeros(shape, np.complex64)}))


@pytest.mark.parametrize("field", schema.FIELDS, ids=lambda field: field.name)
def test_each_wrong_rank_is_named(field):
    with pytest.raises(ValueError, match=f"^{field.name}: shape .* is not "):
        validate(broken(**{field.name: make_content(lens=LENS.get(field.name)).arrays[field.name][None]}))


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
        ("semantic", (0, 0, 3, 4), 5),
        ("objects/box", (0, 0), np.nan),
        ("objects/seen_px", (1, 2, 1), 10**6),
        ("sample/baseline_m", (0, 0), -1),
        ("sample/view_angle_deg", (0, 0), np.nan),
    ],
)
def test_each_impossible_value_is_named(name, index, value):
    with pytest.raises(ValueError, match=f"^{name}: 1 entries are not .*, the first at \\({index[0]}, {index[1]}"):
        validate(edited(name, index, value))


@pytest.mark.parametrize(
    ("name", "index", "value"),
    [
        ("depth", (0, 0, 3, 4), 0),
        ("rays/xy0", (0, 7), (31, 23)),
        ("rays/depth0", (1, 5), 0),
        ("objects/asset", (0, 1), 3),
        ("sample/overlap", (0, 0, 1), 0),
        ("sample/overlap", (0, 0, 1), 1),
        ("semantic", (0, 0, 3, 4), 4),
        ("sample/baseline_m", (0, 0), 0),
        ("sample/view_angle_deg", (0, 0), 0),
    ],
)
def test_each_value_at_the_end_of_what_is_possible_passes(name, index, value):
    """With a box in each slot, as each has an object then."""
    content = edited(name, index, value)
    used = content.arrays["objects/asset"] >= 0
    box = np.where(used[..., None, None], 1.0, np.full(content.arrays["objects/box"].shape, np.nan))
    validate(replace(content, arrays=content.arrays | {"objects/box": box}))


@pytest.mark.parametrize("status", ["ambiguous", "no_hit"])
def test_the_first_and_the_last_code_of_a_verdict_pass(status):
    arrays = make_content().arrays
    codes, places = arrays["rays/status"].copy(), arrays["rays/xy"].copy()
    codes[:], places[:] = schema.STATUS[status], np.nan
    validate(broken(**{"rays/status": codes, "rays/xy": places}))


@pytest.mark.parametrize(
    ("name", "value"),
    [("depth", np.inf), ("rays/depth0", np.nan), ("sample/overlap", -0.1), ("sample/overlap", np.nan)],
)
def test_all_impossible_values_are_counted(name, value):
    array = make_content().arrays[name].copy()
    array.reshape(-1)[:7] = value
    with pytest.raises(ValueError, match=f"^{name}: 7 entries are not .*, the first at \\(0, 0"):
        validate(broken(**{name: array}))


@pytest.mark.parametrize("status", ["behind_camera", "occluded"])
def test_half_a_projection_is_none(status):
    """One coordinate alone is refused, where there should be both and where there should be none."""
    arrays = make_content().arrays
    codes, places = arrays["rays/status"].copy(), arrays["rays/xy"].copy()
    codes[1, 0, 9], places[1, 0, 9] = schema.STATUS[status], (3.0, np.nan)
    with pytest.raises(ValueError, match=r"^rays/xy: 1 entries .* first at \(1, 0, 9\)"):
        validate(broken(**{"rays/status": codes, "rays/xy": places}))


def test_a_box_is_where_an_object_is_and_whole():
    arrays = make_content().arrays
    slots, box = np.array([[0, -1, 1], [2, -1, -1]], np.int32), np.full(arrays["objects/box"].shape, np.nan)
    box[slots >= 0] = 1.0
    good = {"objects/asset": slots, "objects/box": box}
    validate(broken(**good))
    for index, value in [((0, 1), 1.0), ((0, 1, 7, 2), 1.0), ((1, 0), np.nan), ((1, 0, 0, 0), np.inf)]:
        other = box.copy()
        other[index] = value
        with pytest.raises(ValueError, match=rf"^objects/box: 1 entries .*, the first at \({index[0]}, {index[1]}\)"):
            validate(broken(**good | {"objects/box": other}))


def test_where_no_assets_are_known_each_slot_has_an_object():
    """An imported shard may have boxes and lack the table of assets."""
    content = make_content()
    arrays = {name: array for name, array in content.arrays.items() if name != "objects/asset"}
    attributes = content.attributes | {"absent": "objects/asset"}
    box = np.ones_like(content.arrays["objects/box"])
    validate(replace(content, arrays=arrays | {"objects/box": box}, attributes=attributes))
    box[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"^objects/box: 1 entries .*, the first at \(1, 2\)"):
        validate(replace(content, arrays=arrays | {"objects/box": box}, attributes=attributes))


def test_what_an_entry_should_be_is_said():
    for name, wish in [("camera/K", "finite"), ("rays/depth0", "finite and not negative")]:
        with pytest.raises(ValueError, match=f"^{name}: 1 entries are not {wish}, the first at "):
            validate(edited(name, (0, 1) if name == "rays/depth0" else (0, 0, 0, 0), np.nan))


def test_names_of_categories_in_order_pass_and_twice_the_same_does_not():
    for names in (["unknown", "a"], ["unknown", "a", "b", "c"]):
        rows = np.zeros_like(make_content().arrays["semantic"])
        validate(broken(**{"categories/name": np.array(names), "semantic": rows}))
        with pytest.raises(ValueError, match=r"^categories/name: 1 entries are not .*, the first at \(2,\)"):
            validate(broken(**{"categories/name": np.array(["unknown", "b", "b", "c"]), "semantic": rows}))
    for place, names in enumerate([["other", "p"], ["unknown", "unknown", "wall"]]):
        with pytest.raises(ValueError, match=rf"^categories/name: 1 entries are not .*, the first at \({place},\)"):
            validate(broken(**{"categories/name": np.array(names), "semantic": rows}))


def test_an_object_that_nothing_hides_is_seen_whole():
    alone = make_content().arrays["objects/alone_px"]
    validate(broken(**{"objects/seen_px": alone}))
    with pytest.raises(ValueError, match=r"^objects/seen_px: \d+ entries are not at most alone_px"):
        validate(broken(**{"objects/seen_px": alone + np.uint32(1)}))


def test_one_sample_of_two_views_is_the_least():
    validate(make_content(samples=1, views=2))
    empty = {name: array[:0] if name != "preview" else array for name, array in make_content(layers=()).arrays.items()}
    empty |= {name: array for name, array in make_content(layers=()).arrays.items() if name.startswith("assets/")}
    with pytest.raises(ValueError, match=r"^rgb: 0 samples of 2 views; at least 1 of 2 views are needed"):
        validate(replace(make_content(), arrays=empty))


def test_what_is_stored_is_text_in_utf_8_and_verdicts_with_their_names():
    ids = stored(schema.FIELD["assets/id"], np.array(["a", "wände"]))
    assert [text.decode() for text in ids.tolist()] == ["a", "wände"]
    assert h5py.check_string_dtype(ids.dtype) == ("utf-8", 6)
    assert stored(schema.FIELD["assets/id"], np.array([], np.str_)).dtype.itemsize == 1
    verdicts = stored(schema.FIELD["rays/status"], np.array([[1, 5]], np.uint8))
    assert verdicts.tolist() == [[1, 5]]
    assert h5py.check_enum_dtype(verdicts.dtype) == schema.STATUS
    K = np.eye(3)
    assert stored(schema.FIELD["camera/K"], K) is K


@pytest.mark.parametrize(("name", "index"), [("wall", 0), ("unknown", 1), ("a", 2), ("floor", 3)])
def test_names_of_categories_that_are_out_of_order(name, index):
    names = make_content().arrays["categories/name"].copy()
    names[index] = name
    with pytest.raises(ValueError, match=r"^categories/name: \d entries are not `unknown`, then names in order"):
        validate(broken(**{"categories/name": names}))


def test_a_layer_with_names_and_its_names_come_together():
    with pytest.raises(ValueError, match=r"^categories/name: missing"):
        validate(broken(**{"categories/name": None}))
    with pytest.raises(ValueError, match=r"^semantic: missing"):
        validate(broken(semantic=None))
    with pytest.raises(ValueError, match=r"^objects/box: missing"):
        validate(broken(**{"objects/box": None}))


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
    with pytest.raises(ValueError, match=r"^color: not a dataset"):
        validate(broken(color=np.zeros(3)))
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
    shards = {"scenegen.shards.field", "scenegen.shards.lens"}
    assert imports == {"scenegen.layers", "scenegen.lenses", "scenegen.status"} | shards


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
        of_layers = {field.name for field in schema.FIELDS if field.layer}
        assert {info.name for info in reader.datasets()} == whole.keys() - set(names) - of_layers
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
