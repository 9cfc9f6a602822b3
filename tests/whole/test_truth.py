"""The measurements that say whether what is written is true, on staged and rendered samples."""

from dataclasses import replace

import measure_truth as measure
import numpy as np
import pytest
from room_maker import kitchen_as_scenenn
from staged import SMALL, real_config, shown

from scenegen.config import Size
from scenegen.errors import RenderError
from scenegen.geometry import Camera, View, inverse, transform
from scenegen.pipeline.sample import photograph
from scenegen.rendering.choice import open_renderer
from scenegen.status import Status


@pytest.fixture(scope="module", params=["built-in", "kitchen with ShapeNet", "kitchen as SceneNN"])
def example(request, tmp_path_factory):
    if request.param == "built-in":
        return shown(replace(SMALL, size=Size(320, 240)), room="room_007")
    data = request.getfixturevalue("shared_data")
    config = real_config(data, size=Size(320, 240))
    if request.param == "kitchen with ShapeNet":
        return shown(config, room="redkitchen")
    folder = kitchen_as_scenenn(tmp_path_factory.mktemp("scenenn"), data)
    return shown(replace(config, room_source=f"scenenn:{folder}"))


@pytest.fixture(scope="module")
def oracle(example):
    try:
        return measure.Oracle(example.scene)
    except (ImportError, OSError) as error:
        pytest.skip(f"Open3D (extra `audit`) cannot be used: {error}")


def test_every_target_can_be_rebuilt_from_the_stored_numbers(example):
    assert measure.reprojection_px(example).max() < 1e-3


def test_the_other_depth_image_agrees_where_a_ray_is_visible(example):
    agrees = measure.depth_agrees(example)
    assert len(agrees) > 300
    assert agrees.mean() >= 0.995


def test_depth0_and_instance_are_those_of_the_layers_at_the_same_pixel(example):
    x, y = example.of("rays/xy0").astype(int).T
    assert np.allclose(example.of("depth")[0][y, x], example.of("rays/depth0"), rtol=1e-4, atol=1e-4)
    assert (example.of("instance")[0][y, x] == example.of("rays/instance")).all()


def test_swapping_the_views_gives_the_same_verdict(example):
    """Every visible target, traced from its own side, meets the same point and projects back to its source."""
    free, error = measure.swapped(example)
    assert free.mean() > 0.995
    assert np.quantile(error, 0.99) < 1e-2
    assert np.median(error) < 1e-3


def test_open3d_gives_the_same_status(example, oracle):
    same = measure.open3d_status(example, oracle)
    assert len(same) > 300
    assert same.mean() >= 0.999


def test_open3d_hits_the_same_surfaces_from_view_0(example, oracle):
    assert measure.open3d_depth(example, oracle).mean() > 0.999


def test_pyrender_gives_the_same_depth(example):
    try:
        renderer = open_renderer("pyrender")
    except RenderError as error:
        pytest.skip(f"pyrender (extra `gl`) cannot be used: {error}")
    assert measure.pyrender_depth(example, renderer).mean() >= 0.99


def test_colors_agree_at_both_ends_of_visible_rays_under_equal_light(example):
    difference = measure.color_difference(example)
    assert len(difference) > 100
    assert np.median(difference) <= 3
    assert np.quantile(difference, 0.9) <= 12


def test_labels_fit_the_pictures_better_than_mirrored_or_shifted_ones(example):
    rgb, (x, y) = example.of("rgb").astype(float).mean(-1), example.of("rays/xy0")[example.seen].astype(int).T
    detail = [image - box_mean(image, 7) for image in rgb]
    target = example.of("rays/xy")[0][example.seen]

    def fit(positions):
        inside = ((positions >= 0) & (positions <= np.array(detail[1].shape[::-1]) - 1)).all(1)
        px, py = np.rint(positions[inside]).astype(int).T
        return np.corrcoef(detail[0][y, x][inside], detail[1][py, px])[0, 1]

    stored, width = fit(target), rgb.shape[2]
    assert stored > 0.3
    assert stored > fit(np.stack([width - 1 - target[:, 0], target[:, 1]], 1)) + 0.1
    for shift in [(3, 0), (-3, 0), (0, 3), (0, -3)]:
        assert stored > fit(target + shift)


def test_a_sample_of_cameras_with_two_focal_lengths_is_true():
    """Staged as ever, photographed with pixels 1.5 times as high as wide; all formulas written down anew."""
    plain = shown(SMALL, index=1)
    K = np.array([[100.0, 0, 75], [0, 150, 63], [0, 0, 1]])
    views = tuple(View(Camera(160, 120, K), v.T_world_cam) for v in plain.views)
    studio, staged = plain.studio, replace(plain.staged, view_set=replace(plain.staged.view_set, views=views))
    sample = photograph(studio.config, staged.layout, staged.view_set, staged.lighting, studio.renderer, 1)
    it = measure.Shown(studio, staged, sample)
    (first, second), (x0, y0) = (v.T_world_cam for v in views), it.of("rays/xy0").astype(int).T
    depth = it.of("depth")
    assert np.allclose(depth[0][y0, x0], it.of("rays/depth0"), rtol=1e-4)
    camera = np.stack([(x0 - 75) / 100, (y0 - 63) / 150, np.ones(len(x0))]) * it.of("rays/depth0")
    x, y, z = second[:3, :3].T @ (first[:3, :3] @ camera + first[:3, 3:] - second[:3, 3:])
    place = np.stack([100 * x / z + 75, 150 * y / z + 63], -1)
    assert it.seen.sum() > 200
    assert np.abs(place - it.of("rays/xy")[0])[it.seen].max() < 1e-3
    column, row = np.rint(place[it.seen]).astype(int).T
    smooth = measure.flat(depth[1])[row, column]
    assert np.mean(np.abs(depth[1][row, column] / z[it.seen] - 1)[smooth] < 0.015) > 0.99


def box_mean(image, size):
    total = np.pad(image, size // 2 + 1, mode="edge").cumsum(0).cumsum(1)
    corners = total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]
    return corners[:-1, :-1] / size**2


def test_instances_are_the_placed_objects(example):
    count = len(example.sample.assets)
    assert example.of("instance").max() <= count + 1
    poses, instance = example.of("objects/T_world_object"), example.of("rays/instance")
    assert poses.shape == (count, 4, 4)
    for number in np.unique(instance[instance >= 2]):
        vertices = example.scene.body(int(number)).mesh.vertices
        local = transform(inverse(poses[number - 2]), example.points[instance == number])
        assert ((local >= vertices.min(0) - 1e-3) & (local <= vertices.max(0) + 1e-3)).all()


def test_stored_overlap_is_what_the_rays_say(example):
    status, overlap = example.of("rays/status")[0], example.of("sample/overlap")
    judged = ~np.isin(status, [Status.NO_HIT, Status.AMBIGUOUS])
    assert abs(example.seen.sum() / judged.sum() - overlap[0, 1]) < 0.06
    low, high = example.studio.config.cameras.overlap
    assert low <= overlap[0, 1] <= high
    assert low <= overlap[1, 0] <= high
