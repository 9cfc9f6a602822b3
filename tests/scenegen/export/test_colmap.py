"""COLMAP's own reader finds the cameras, pictures and points where the shard has them."""

import json
from pathlib import Path

import numpy as np
import pytest
from export_world import LENSES, made_run
from PIL import Image

from scenegen.export.run import ExportChoice, export_run
from scenegen.shards import ShardSet, Status

pycolmap = pytest.importorskip("pycolmap", reason="pycolmap is not installed")


MODELS = dict(zip(LENSES, ("PINHOLE", "OPENCV", "FULL_OPENCV", "OPENCV_FISHEYE"), strict=True))


@pytest.fixture(scope="module", params=LENSES)
def run(request, tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("world"), lens=request.param)


@pytest.fixture(scope="module")
def out(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "colmap"
    export_run(run, out, ExportChoice("colmap"))
    return out


def models(out):
    return {folder.name: pycolmap.Reconstruction(folder / "sparse" / "0") for folder in sorted(out.iterdir())}


def samples(run):
    """Samples by shard stem and number."""
    shards = ShardSet(run)
    return {
        (shards.entries[s].path.stem, row): shards.reader(s)[row] for s, row in map(shards.locate, range(len(shards)))
    }


def of_image(name):
    """Sample and view of a picture's name."""
    stem = Path(name).stem
    return int(stem[6:9]), int(stem.rpartition("view")[2])


def test_samples_of_one_arrangement_are_one_model(run, out):
    found = {name: sorted({of_image(i.name)[0] for i in model.images.values()}) for name, model in models(out).items()}
    stems = [Path(s["file"]).stem for s in json.loads((run / "manifest.json").read_text())["shards"]]
    assert found == {f"{stem}-000": [0, 1] for stem in stems} | {f"{stem}-002": [2] for stem in stems}


def test_cameras_and_poses_are_those_of_the_shard(run, out):
    there = samples(run)
    for name, model in models(out).items():
        assert model.num_images() == model.num_cameras() == model.num_reg_images()
        for image in model.images.values():
            row, view = of_image(image.name)
            sample = there[name[:-4], row]
            camera = model.cameras[image.camera_id]
            K = sample.K[view]
            assert camera.model.name == MODELS[str(sample.lenses[view])]
            assert (camera.width, camera.height) == (64, 48)
            np.testing.assert_array_equal(camera.params[:4], [K[0, 0], K[1, 1], K[0, 2] + 0.5, K[1, 2] + 0.5])
            T = np.vstack([image.cam_from_world().matrix(), [0, 0, 0, 1]])
            np.testing.assert_allclose(T @ sample.T_world_cam[view], np.eye(4), atol=1e-12)


def test_tracks_are_the_visible_rays_and_reproject(run, out):
    there = samples(run)
    for name, model in models(out).items():
        rows = sorted({of_image(i.name)[0] for i in model.images.values()})
        kept = {row: (there[name[:-4], row].status == Status.VISIBLE) for row in rows}
        assert model.num_points3D() == sum(int(seen.any(0).sum()) for seen in kept.values()) > 100
        assert model.compute_num_observations() == sum(int(s.sum() + s.any(0).sum()) for s in kept.values())
        for point in model.points3D.values():
            assert len({of_image(model.images[e.image_id].name)[0] for e in point.track.elements}) == 1
            for element in point.track.elements:
                image = model.images[element.image_id]
                off = image.project_point(point.xyz) - image.points2D[element.point2D_idx].xy
                assert np.abs(off).max() < 1e-3
                assert image.points2D[element.point2D_idx].has_point3D()
        assert 0 < model.compute_mean_reprojection_error() < 1e-3


def test_observations_are_the_pixels_of_the_rays(run, out):
    there = samples(run)
    for name, model in models(out).items():
        for image in model.images.values():
            row, view = of_image(image.name)
            sample = there[name[:-4], row]
            seen = sample.status == Status.VISIBLE
            expected = sample.xy0[seen.any(0)] if view == 0 else sample.xy[view - 1][seen[view - 1]]
            got = np.array([p.xy for p in image.points2D if p.has_point3D()]).reshape(-1, 2)
            np.testing.assert_allclose(got, expected.astype(float) + 0.5, atol=1e-9)


def test_a_point_has_the_color_and_place_of_its_pixel(run, out):
    name, model = next(iter(models(out).items()))
    for point in list(model.points3D.values())[::50]:
        image = next(model.images[e.image_id] for e in point.track.elements if "view0" in model.images[e.image_id].name)
        element = next(e for e in point.track.elements if e.image_id == image.image_id)
        x, y = (image.points2D[element.point2D_idx].xy - 0.5).astype(int)
        row, _ = of_image(image.name)
        sample = samples(run)[name[:-4], row]
        np.testing.assert_array_equal(point.color, sample.rgb[0, y, x])
        depth = (image.cam_from_world() * point.xyz)[2]
        assert depth == pytest.approx(sample.depth[0, y, x], abs=1e-4)


def test_pictures_are_those_of_the_shard(run, out):
    there = samples(run)
    for folder in sorted(out.iterdir()):
        for path in sorted((folder / "images").iterdir()):
            row, view = of_image(path.name)
            np.testing.assert_array_equal(np.asarray(Image.open(path)), there[folder.name[:-4], row].rgb[view])
