"""The measurements that say whether what is written is true, on staged and rendered samples."""

import numpy as np
import pytest
from staged import SMALL, flat, real_config, shown

from scenegen.config import Size
from scenegen.geometry import inverse, project, transform, unproject, view_rays
from scenegen.tracing.raycaster import Hits, nearest, surface
from scenegen.tracing.status import Status
from scenegen.tracing.tracks import follow, judge, trace


@pytest.fixture(scope="module", params=["built-in", "kitchen with ShapeNet"])
def example(request):
    if request.param == "built-in":
        return shown(SMALL)
    data = request.getfixturevalue("shared_data")
    return shown(real_config(data, size=Size(320, 240)), room="redkitchen")


def of(example, name):
    return example.sample.arrays[name]


def seen(example):
    return of(example, "rays/status")[0] == Status.VISIBLE


def test_every_target_can_be_rebuilt_from_the_stored_numbers(example):
    K, T = of(example, "camera/K"), of(example, "camera/T_world_cam")
    points = unproject(K[0], T[0], of(example, "rays/xy0"), of(example, "rays/depth0"))
    again, _ = project(K[1], T[1], points)
    error = np.abs(again - of(example, "rays/xy")[0])[seen(example)]
    assert error.max() < 1e-3


def test_the_other_depth_image_agrees_where_a_ray_is_visible(example):
    K, T, depth = of(example, "camera/K"), of(example, "camera/T_world_cam"), of(example, "depth")
    points = unproject(K[0], T[0], of(example, "rays/xy0"), of(example, "rays/depth0"))
    xy, z = project(K[1], T[1], points)
    height, width = depth.shape[1:]
    pixel = np.clip(np.nan_to_num(np.rint(xy)), 0, [width - 1, height - 1]).astype(int)
    judged = seen(example) & flat(depth[1])[pixel[:, 1], pixel[:, 0]]
    agrees = np.abs(depth[1][pixel[:, 1], pixel[:, 0]] - z) < 0.01 * z + 0.004
    assert judged.sum() > 300
    assert agrees[judged].mean() >= 0.995


def test_depth0_is_the_depth_layer_at_the_same_pixel(example):
    xy0 = of(example, "rays/xy0").astype(int)
    own = of(example, "depth")[0][xy0[:, 1], xy0[:, 0]]
    assert np.allclose(own, of(example, "rays/depth0"), rtol=1e-4, atol=1e-4)
    assert (of(example, "instance")[0][xy0[:, 1], xy0[:, 0]] == of(example, "rays/instance")).all()


def test_swapping_the_views_gives_the_same_verdict(example):
    """Every visible target, traced from its own side, meets the same point and projects back to its source."""
    a, b = example.views
    forth = seen(example)
    d = view_rays(b, of(example, "rays/xy")[0][forth].astype(float))
    hits = nearest(example.scene, b.position[None], d)
    points = surface(example.scene, hits, b.position[None], d).points
    back, _ = project(a.camera.K, a.T_world_cam, points)
    blocked = nearest(example.scene, a.position[None], np.nan_to_num(points) - a.position).t < 1 - 1e-4
    error = np.abs(back - of(example, "rays/xy0")[forth]).max(1)
    assert (~blocked).mean() > 0.995
    assert np.quantile(error, 0.99) < 1e-2
    assert np.median(error) < 1e-3


def test_open3d_gives_the_same_status(example):
    """An independent ray tracer over the same triangles, judged by the same rule."""
    o3d = open3d()
    tracer = o3d.t.geometry.RaycastingScene()
    owner = {}
    for body in example.scene.bodies:
        vertices = transform(body.T_world_body, body.mesh.vertices).astype(np.float32)
        number = tracer.add_triangles(o3d.core.Tensor(vertices), o3d.core.Tensor(body.mesh.faces.astype(np.uint32)))
        owner[number] = body.instance
    owner[tracer.INVALID_ID] = 0
    a, b = example.views
    rays = trace(example.scene, a, of(example, "rays/xy0"))
    ours = follow(example.scene, rays, b).status
    rows = np.flatnonzero(np.isin(ours, [Status.VISIBLE, Status.OCCLUDED, Status.AMBIGUOUS]))
    theirs = judge(rays, rows, b, cast(o3d, tracer, owner, b.position, rays.points[rows] - b.position))
    clear = (ours[rows] != Status.AMBIGUOUS) & (theirs != Status.AMBIGUOUS)
    assert clear.mean() > 0.98
    assert (ours[rows] == theirs)[clear].mean() >= 0.999


def test_open3d_hits_the_same_surfaces_from_view_0(example):
    o3d = open3d()
    tracer = o3d.t.geometry.RaycastingScene()
    for body in example.scene.bodies:
        vertices = transform(body.T_world_body, body.mesh.vertices).astype(np.float32)
        tracer.add_triangles(o3d.core.Tensor(vertices), o3d.core.Tensor(body.mesh.faces.astype(np.uint32)))
    a = example.views[0]
    d = view_rays(a, of(example, "rays/xy0").astype(float))
    hits = cast(o3d, tracer, dict.fromkeys(range(999), 1) | {tracer.INVALID_ID: 0}, a.position, d)
    depth = of(example, "rays/depth0")
    both = (depth > 0) & (hits.instance > 0)
    assert (both == ((depth > 0) | (hits.instance > 0))).mean() > 0.999
    assert (np.abs(hits.t[both] - depth[both]) < 1e-4 * depth[both] + 1e-4).mean() > 0.999


def open3d():
    try:
        import open3d as module
    except (ImportError, OSError) as error:
        pytest.skip(f"Open3D (extra `audit`) cannot be used: {error}")
    return module


def cast(o3d, tracer, owner, origin, directions) -> Hits:
    """First hits by Open3D in the form that `judge` takes."""
    rays = np.concatenate([np.broadcast_to(origin, directions.shape), directions], 1).astype(np.float32)
    out = tracer.cast_rays(o3d.core.Tensor(rays))
    instance = np.array([owner[i] for i in out["geometry_ids"].numpy().tolist()], np.uint16)
    primitive = out["primitive_ids"].numpy().astype(np.int64)
    uv = out["primitive_uvs"].numpy()
    primitive = np.where(instance > 0, primitive, -1).astype(np.int32)
    return Hits(instance, primitive, uv[:, 0], uv[:, 1], out["t_hit"].numpy())


def test_colours_agree_at_both_ends_of_visible_rays_under_equal_light(example):
    rgb, xy0, xy = of(example, "rgb").astype(float), of(example, "rays/xy0").astype(int), of(example, "rays/xy")[0]
    good = seen(example) & flat(of(example, "depth")[0], 2)[xy0[:, 1], xy0[:, 0]]
    pixel = np.rint(xy[good]).astype(int).clip(0, [rgb.shape[2] - 1, rgb.shape[1] - 1])
    smooth = even(rgb[0])[xy0[good, 1], xy0[good, 0]] & even(rgb[1])[pixel[:, 1], pixel[:, 0]]
    first = rgb[0][xy0[good, 1], xy0[good, 0]][smooth]
    second = rgb[1][pixel[:, 1], pixel[:, 0]][smooth]
    assert smooth.sum() > 100
    difference = np.abs(first - second).max(1)
    assert np.median(difference) <= 3
    assert np.quantile(difference, 0.9) <= 12


def even(image, limit=10):
    """(H, W) pixels whose 3 x 3 neighbourhood has nearly one colour."""
    stack = np.stack([np.roll(image, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)])
    return (np.ptp(stack, axis=0) <= limit).all(-1)


def test_labels_fit_the_pictures_better_than_mirrored_or_shifted_ones(example):
    rgb, xy0, xy = of(example, "rgb"), of(example, "rays/xy0")[seen(example)].astype(int), of(example, "rays/xy")[0]
    detail = [i.mean(-1) - box_mean(i.mean(-1), 7) for i in rgb.astype(float)]
    target = xy[seen(example)]
    value = detail[0][xy0[:, 1], xy0[:, 0]]

    def fit(positions):
        inside = ((positions >= 0) & (positions <= np.array(detail[1].shape[::-1]) - 1)).all(1)
        p = np.rint(positions[inside]).astype(int)
        return np.corrcoef(value[inside], detail[1][p[:, 1], p[:, 0]])[0, 1]

    stored = fit(target)
    width = rgb.shape[2]
    assert stored > 0.3
    assert stored > fit(np.stack([width - 1 - target[:, 0], target[:, 1]], 1)) + 0.1
    for shift in [(3, 0), (-3, 0), (0, 3), (0, -3)]:
        assert stored > fit(target + shift)


def box_mean(image, size):
    total = np.pad(image, size // 2 + 1, mode="edge").cumsum(0).cumsum(1)
    return (total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size])[
        :-1, :-1
    ] / size**2


def test_instances_are_the_placed_objects(example):
    count = len(example.sample.assets)
    assert of(example, "instance").max() <= count + 1
    assert of(example, "objects/T_world_object").shape == (count, 4, 4)
    hit = of(example, "rays/instance") >= 2
    points = unproject(of(example, "camera/K")[0], of(example, "camera/T_world_cam")[0], of(example, "rays/xy0"),
                       of(example, "rays/depth0"))  # fmt: skip
    for instance in np.unique(of(example, "rays/instance")[hit]):
        body = example.scene.body(int(instance))
        local = transform(inverse(of(example, "objects/T_world_object")[instance - 2]),
                          points[of(example, "rays/instance") == instance])  # fmt: skip
        low, high = body.mesh.vertices.min(0) - 1e-3, body.mesh.vertices.max(0) + 1e-3
        assert ((local >= low) & (local <= high)).all()


def test_stored_overlap_is_what_the_rays_say(example):
    status = of(example, "rays/status")[0]
    surface_rays = ~np.isin(status, [Status.NO_HIT, Status.AMBIGUOUS])
    share = (status == Status.VISIBLE).sum() / surface_rays.sum()
    assert abs(share - of(example, "sample/overlap")[0, 1]) < 0.06
    low, high = example.studio.config.cameras.overlap
    assert low <= of(example, "sample/overlap").min()
    assert of(example, "sample/overlap")[0, 1] <= high
