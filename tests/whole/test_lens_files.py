"""Shards of cameras with a lens: what they say, who reads them, who refuses them, and that all of it agrees."""

import json
import tarfile
from dataclasses import replace
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from export_world import LENSES, made_run
from looking_world import CAMERAS, content
from scenes import view

from scenegen.card.facts import gather_facts
from scenegen.card.hugging_face import features
from scenegen.card.readme import readme
from scenegen.errors import ShardError, UsageError
from scenegen.export.run import FORMS, ExportChoice, export_run
from scenegen.inspect.cloud import ray_points, view_cloud
from scenegen.inspect.warp import transfer
from scenegen.lenses import PINHOLE, parse
from scenegen.pipeline.manifest import require_manifest
from scenegen.rendering.pyrender_renderer import PyrenderRenderer
from scenegen.shards import ShardReader, ShardSet, Status
from scenegen.shards.opening import open_shard
from scenegen.shards.writer import encode_shard
from scenegen.verify.check import check_shard
from scenegen.verify.plausible import agreement, values_at
from training.data.dense import dense_truth, link_views, open_dense_pairs
from training.evaluation.benchmarks.shards import HeldOutPairs, dense_truth_of
from training.evaluation.estimators import ESTIMATORS
from training.evaluation.motion_errors import pose_error_deg
from training.settings import DataSettings

BENT = ("brown:-0.25,0.08,0.004,-0.003,-0.01", "fisheye:-0.02,0.005,-0.002,0.0003")


def bent_content(text, **changes):
    views = tuple(view(at, (0.2, 0, 0.5), (160, 120), 125.0, lens=text) for at in CAMERAS)
    return content(views=views, layers=("depth", "instance"), **changes)


def problems(path):
    """What is wrong with a shard, but for the digest of its configuration, which the factory makes up."""
    return [problem for problem in check_shard(path).problems if not problem.startswith("config_json")]


@pytest.fixture(scope="module", params=BENT)
def path(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("bent") / "train-a-000.h5"
    path.write_bytes(encode_shard(bent_content(request.param)))
    return path


def test_a_shard_says_model_coefficients_and_version_itself(path):
    with h5py.File(path) as file:
        names = [name for name in ("brown", "fisheye") if f"camera/{name}" in file]
        (name,) = names
        dataset, said = file[f"camera/{name}"], dict(file.attrs)
        assert said["format_version"] == b"2.0"
        assert said["camera_convention"].startswith(b"OpenCV, with a lens: camera/" + name.encode())
        assert dataset.attrs["description"].startswith(b"lens, OpenCV's k1 k2 ")
        wanted = next(parse(text) for text in BENT if text.startswith(name))
        np.testing.assert_array_equal(dataset[()], np.broadcast_to(wanted.array, (2, 3, len(wanted.array))))
    with ShardReader(path) as reader:
        assert reader[1].lenses == reader.lenses(1) == (wanted,) * 3
        assert reader[0].has_lenses


def test_a_reader_in_ten_lines_of_numpy_finds_the_labels(path):
    """As a reader in any language would, from the file alone: by bisection, not by this package's search."""
    with h5py.File(path) as f:
        K, T, xy0, z = (f[name][0] for name in ("camera/K", "camera/T_world_cam", "rays/xy0", "rays/depth0"))
        seen = f["rays/status"][0, 0] == Status.VISIBLE
        xy1, bent = f["rays/xy"][0, 0], bend(f)
    goal = np.column_stack([xy0, np.ones(len(xy0))]) @ np.linalg.inv(K[0]).T
    place = goal.copy()
    for _ in range(300):
        place[:, :2] += 0.7 * (goal - bent(place))[:, :2]
    world = place * z[:, None] @ T[0, :3, :3].T + T[0, :3, 3]
    there = (world - T[1, :3, 3]) @ T[1, :3, :3]
    found = bent(there / there[:, 2:]) @ K[1].T
    assert seen.sum() > 500
    assert np.abs(found[seen, :2] - xy1[seen]).max() < 1e-3


def bend(f):
    """The formulas of the datasets' descriptions, on rows (x, y, 1)."""
    if "camera/brown" in f:
        k1, k2, p1, p2, k3 = f["camera/brown"][0, 0]

        def bent(p):
            x, y, r = p[:, 0], p[:, 1], np.hypot(p[:, 0], p[:, 1])
            g = 1 + k1 * r**2 + k2 * r**4 + k3 * r**6
            across = x * g + 2 * p1 * x * y + p2 * (r**2 + 2 * x**2)
            return np.column_stack([across, y * g + p1 * (r**2 + 2 * y**2) + 2 * p2 * x * y, np.ones(len(p))])

        return bent
    k = f["camera/fisheye"][0, 0]

    def fisheye(p):
        r = np.maximum(np.hypot(p[:, 0], p[:, 1]), 1e-12)
        t = np.arctan(r)
        share = t * (1 + k[0] * t**2 + k[1] * t**4 + k[2] * t**6 + k[3] * t**8) / r
        return np.column_stack([p[:, 0] * share, p[:, 1] * share, np.ones(len(p))])

    return fisheye


def test_it_is_sound_and_its_depth_poses_labels_and_pictures_agree(path):
    assert problems(path) == []
    with ShardReader(path) as reader:
        for v in (1, 2):
            found = agreement(reader[0], v)
            assert found.reprojection_px < 1e-3
            assert found.depth_agrees > 0.9
            lost = replace(reader[0], lenses=(PINHOLE,) * 3)
            assert agreement(lost, v).reprojection_px > 3


def test_matches_have_one_color(path):
    """The scene is painted by a smooth formula, by its points alone."""
    with ShardReader(path) as reader:
        sample = reader[0]
    for v in (1, 2):
        xy0, xy1 = sample.matches(v)
        x, y = xy0.astype(int).T
        for channel in range(3):
            there = values_at(sample.rgb[v, ..., channel].astype(float), xy1.astype(float))
            assert np.quantile(np.abs(there - sample.rgb[0, y, x, channel]), 0.95) < 1.5


def test_figures_and_clouds_are_where_the_rays_are(path):
    with ShardReader(path) as reader:
        sample = reader[0]
    x, y = sample.xy0.astype(int).T
    cloud = view_cloud(sample, 0).points.reshape(120, 160, 3)[y, x]
    np.testing.assert_allclose(cloud, ray_points(sample), atol=2e-5)
    found = transfer(sample, 0, 1)
    seen = sample.status[0] == Status.VISIBLE
    assert np.abs(found.xy[y, x] - sample.xy[0])[seen].max() < 1e-3
    assert (found.status[y, x] == Status.VISIBLE)[seen].mean() > 0.97


def test_a_folded_picture_and_coefficients_that_are_no_numbers_are_problems(tmp_path):
    path = tmp_path / "a.h5"
    made = bent_content(BENT[0])
    made.arrays["camera/brown"][1, 2] = (-0.9, 0, 0, 0, 0)
    path.write_bytes(encode_shard(made))
    wanted = "sample 1: camera/brown: 1 entries are not a lens that maps the picture one to one, the first at (0, 2)"
    assert problems(path) == [wanted]
    with h5py.File(path, "r+") as file:
        file["camera/brown"][0, 0, 1] = np.nan
    with (
        ShardReader(path) as reader,
        pytest.raises(ShardError, match=r"a\.h5: lens .* must be finite, at most 1e\+09 in size: "),
    ):
        _ = reader[0]
    made.arrays["camera/brown"][0, 0, 0] = np.inf
    with pytest.raises(ValueError, match=r"^camera/brown: 1 entries are not finite"):
        encode_shard(made)


def test_a_camera_has_one_lens():
    made = bent_content(BENT[0])
    made.arrays["camera/fisheye"] = np.zeros((2, 3, 4))
    with pytest.raises(ValueError, match=r"^camera/fisheye: is there beside camera/brown, and a camera has one lens$"):
        encode_shard(made)


def test_outside_of_a_lens_there_need_be_no_projection_and_inside_there_must(tmp_path):
    made = bent_content(BENT[0])
    where = tuple(np.argwhere(made.arrays["rays/status"] == Status.OUT_OF_VIEW)[0])
    made.arrays["rays/xy"][where] = np.nan
    encode_shard(made)
    made.arrays["rays/xy"][tuple(np.argwhere(made.arrays["rays/status"] == Status.VISIBLE)[0])] = np.nan
    with pytest.raises(ValueError, match=r"^rays/xy: 1 entries are not finite where seen"):
        encode_shard(made)


def test_versions_that_are_neither_ours_nor_older_are_refused(path, tmp_path):
    copy = tmp_path / "b.h5"
    copy.write_bytes(path.read_bytes())
    for version, refused in (("1.0", False), ("2.7", False), ("3.0", True), ("0.9", True)):
        with h5py.File(copy, "r+") as file:
            file.attrs.modify("format_version", version.encode())
        if refused:
            with pytest.raises(ShardError, match=f"has format version {version}, this program reads 2.0"):
                open_shard(copy)
        else:
            open_shard(copy).file.close()


# ---- a run and what is made of it ----


@pytest.fixture(scope="module", params=LENSES[2:])
def run(request, tmp_path_factory):
    layers = ("rgb", "depth", "visibility")
    return made_run(tmp_path_factory.mktemp("world"), layers=layers, lens=request.param)


def test_manifest_and_card_say_the_lens(run):
    manifest = require_manifest(run)
    assert manifest.format_version == "2.0"
    facts = gather_facts(run, manifest)
    page = readme(facts, "", "card.jpg")
    assert f"The cameras have a {facts.lens} lens: `camera/{facts.lens}`." in page
    assert f"OpenCV, with a lens: camera/{facts.lens} before camera/K" in page
    (camera,) = (c for c in features(facts.sizes, (*facts.layers, facts.lens)) if c["name"] == "camera")
    assert [field["name"] for field in camera["struct"]] == ["K", facts.lens, "T_world_cam"]


@pytest.mark.parametrize("form", [name for name, form in FORMS.items() if not form.lenses])
def test_formats_that_know_pinholes_alone_refuse_it(run, tmp_path, form):
    with pytest.raises(UsageError) as caught:
        export_run(run, tmp_path / "out", ExportChoice(form))
    model = ShardSet(run)[0].lenses[0].model
    others = "colmap, nerfstudio, webdataset, flow, parquet, tapvid"
    assert f"has cameras with a {model} lens, and --format {form} needs pinholes: choose {others}" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_which_formats_take_a_lens():
    assert {name for name, form in FORMS.items() if form.lenses} == {
        "colmap", "nerfstudio", "webdataset", "flow", "parquet", "tapvid",
    }  # fmt: skip


def test_nerfstudio_has_the_coefficients_by_name(run, tmp_path):
    export_run(run, tmp_path / "out", ExportChoice("nerfstudio", limit=1))
    meta = json.loads(next((tmp_path / "out").glob("*/transforms.json")).read_text())
    lens = ShardSet(run)[0].lenses[0]
    assert meta["camera_model"] == {"brown": "OPENCV", "fisheye": "OPENCV_FISHEYE"}[lens.model]
    for frame in meta["frames"]:
        found = {name: frame.get(name, meta.get(name)) for name in ("k1", "k2", "k3", "k4", "p1", "p2")}
        assert found == dict.fromkeys(found, 0) | dict(zip(lens.names, lens.coefficients, strict=True))


def test_webdataset_says_the_lens(run, tmp_path):
    export_run(run, tmp_path / "out", ExportChoice("webdataset", limit=1))
    with tarfile.open(next((tmp_path / "out").glob("*.tar"))) as tar:
        name = next(name for name in tar.getnames() if name.endswith(".json"))
        said = json.load(tar.extractfile(name))
    lens = ShardSet(run)[0].lenses[0]
    assert said["lenses"] == [{"model": lens.model} | dict(zip(lens.names, lens.coefficients, strict=True))] * 3
    assert f"camera/{lens.model}" in said["camera_convention"]


def test_flow_is_that_of_the_sample(run, tmp_path):
    export_run(run, tmp_path / "out", ExportChoice("flow", limit=1))
    sample, flo = ShardSet(run)[0], next((tmp_path / "out").rglob("sample000_0_1.flo")).read_bytes()
    found, there = np.frombuffer(flo[12:], "<f4").reshape(48, 64, 2), sample.flow(0, 1)
    assert np.abs(found - there.displacement)[there.visible].max() < 1e-6
    x, y = sample.xy0.astype(int).T
    seen = sample.status[0] == Status.VISIBLE
    assert np.abs(there.xy[y, x] - sample.xy[0])[seen].max() < 1e-3


def test_dense_truth_of_training_is_flow(run):
    """With and without the tracer's verdicts; the latter as good as it is through pinholes."""
    for row in range(3):
        sample = ShardSet(run)[row]
        there, lenses = sample.flow(0, 2), (sample.lenses[0], sample.lenses[2])
        link = link_views(sample.K[0], sample.T_world_cam[0], sample.K[2], sample.T_world_cam[2], lenses)
        flow, covisible = dense_truth(link, sample.depth[0], sample.depth[2], there.visible)
        assert (covisible == there.visible).all()
        assert np.abs(np.moveaxis(flow, 0, -1) - there.displacement)[covisible].max() < 1e-3
        _, guessed = dense_truth(link, sample.depth[0], sample.depth[2])
        assert there.visible[guessed].mean() > 0.97
        assert guessed[there.visible].mean() > 0.7
        assert dense_truth_of(sample, 2) is not None


def test_fit_reads_that_truth(run):
    pairs = open_dense_pairs(run, "train", DataSettings(crop=0, min_matches=1, flip_p=0.0), 0)
    for number in range(2):
        item = pairs[(0, number)]
        sample = pairs.shards[number]
        views = [v for v in (1, 2) if (np.moveaxis(sample.rgb[v], -1, 0) == item.image1).all()]
        (there,) = (sample.flow(0, v) for v in views)
        assert (item.covisible == there.visible).all()
        assert np.abs(np.moveaxis(item.flow, 0, -1) - there.displacement)[item.covisible].max() < 1e-3


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=list(ESTIMATORS))
def test_traced_matches_through_a_lens_give_the_pose(run, estimator):
    pair = HeldOutPairs(ShardSet(run), 400, 0)[0]
    assert pair.pose.lenses == ShardSet(run)[0].lenses[:2]
    xy0, xy1 = pair.xy0[pair.visible], pair.xy1[pair.visible]
    assert pose_error_deg(estimator.pose(xy0, xy1, pair.pose, 0.1), pair.pose.T_1_0) < 0.1


def test_opengl_draws_no_lens():
    bare = object.__new__(PyrenderRenderer)
    with pytest.raises(
        UsageError, match=r"^pyrender renderer: draws pinholes alone, not fisheye:.*: use --renderer embr"
    ):
        bare.render(SimpleNamespace(), view((0, 0, 0), (0, 1, 0), lens=BENT[1]), SimpleNamespace())
