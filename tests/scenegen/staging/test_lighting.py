from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staging_rooms import CUPBOARD, box, prepared, scene_of

from scenegen.assets.mesh import Material, Mesh, texture_from_image
from scenegen.geometry import View, look_at, normalize, pinhole
from scenegen.srgb import linear_to_srgb, srgb_to_linear
from scenegen.staging.covisibility import COARSE, FINE, sparse_view
from scenegen.staging.lighting import (
    AMBIENT,
    AMBIENT_BAKED,
    IRRADIANCE,
    RADIANCE,
    STRONGEST,
    Lit,
    _arriving,
    blackbody,
    draw_lighting,
    lamp_color,
    lit_sample,
)
from scenegen.tracing.raycaster import blocked

STAGE = prepared()
CAMERA = pinhole(640, 480, 500)
LUMA = np.array([0.2126, 0.7152, 0.0722])
seeds = st.integers(0, 10**6)


def view(rng) -> View:
    places = STAGE.free.points[STAGE.free.clearance > 0.4]
    return View(CAMERA, look_at(places[rng.integers(len(places))], (0, 0, 1.0)))


def lit_by(seed, baked=False, lights=(1, 3)):
    rng = np.random.default_rng(seed)
    lit = lit_sample(STAGE.scene, sparse_view(STAGE.scene, (view(rng),), COARSE))
    return lit, draw_lighting(rng, STAGE.scene, STAGE.free, lit, 2.6, lights, baked)


def irradiance(lighting, points, normals):
    """(N,) luminance of the light that arrives, lamp by lamp, written down anew."""
    up = (1 + normals[:, 2]) / 2
    total = up * (lighting.ambient_up @ LUMA) + (1 - up) * (lighting.ambient_down @ LUMA)
    for lamp in lighting.lights:
        away = np.array(lamp.position) - points
        far = np.linalg.norm(away, axis=1)
        shadow = blocked(STAGE.scene, points + 1e-3 * normals, away * 0.999)
        cosine = np.clip((normalize(away) * normals).sum(1), 0, None)
        total += (lamp.color @ LUMA) * lamp.radius_m**2 / (lamp.radius_m**2 + far**2) * cosine * ~shadow
    return total


@settings(max_examples=30, deadline=None)
@given(seeds, st.booleans())
def test_what_is_seen_is_well_exposed(seed, baked):
    """Measured on other pixels and by other code: never black, never blown out, half-way bright on average."""
    lit, lighting = lit_by(seed, baked)
    rng = np.random.default_rng(seed)
    fine = lit_sample(STAGE.scene, sparse_view(STAGE.scene, (view(rng),), FINE))
    mean = irradiance(lighting, fine.points, fine.normals).mean()
    low, high = (np.clip(r / lit.albedo, *IRRADIANCE) for r in RADIANCE)
    assert 0.7 * low < mean < 1.35 * high
    assert irradiance(lighting, fine.points, fine.normals).min() > 0.04


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_lamps_hang_in_free_space(seed):
    _, lighting = lit_by(seed)
    places = np.array([lamp.position for lamp in lighting.lights])
    gaps = np.linalg.norm(places[:, None] - STAGE.free.points, axis=2).min(1)
    np.testing.assert_allclose(gaps, 0, atol=1e-9)
    low, high = np.array(CUPBOARD)
    assert not ((places > low) & (places < high)).all(1).any()


@given(seeds, st.tuples(st.integers(1, 4), st.integers(0, 3)))
@settings(max_examples=25, deadline=None)
def test_number_of_lamps_is_in_range(seed, span):
    lights = span[0], sum(span)
    assert lights[0] <= len(lit_by(seed, lights=lights)[1].lights) <= lights[1]


def test_shadows_count_when_strength_is_set():
    """A lamp whose light is kept off half of what is seen has to be twice as strong."""
    points = np.array([[x, 0.0, 0.01] for x in (-1.0, 1.0)])
    lit = Lit(points, np.tile([0.0, 0, 1], (2, 1)), 0.5, np.array([0, -1, 1.0]))
    shell = box((-2, -2, 0), (2, 2, 2.6), inward=True)
    lid = box((-1.2, -0.2, 0.05), (-0.8, 0.2, 0.06))
    place = np.array([[0.0, 0, 2.0]])
    free = _arriving(scene_of(shell), place, np.array([2.0]), lit)
    half = _arriving(scene_of(shell, lid), place, np.array([2.0]), lit)
    distance2 = 1 + 1.99**2
    assert free[0] == pytest.approx(4 / (4 + distance2) * 1.99 / np.sqrt(distance2), rel=1e-3)
    assert half[0] == pytest.approx(free[0] / 2, rel=1e-6)


def test_dark_rooms_get_more_light():
    lit, _ = lit_by(0)

    def level(albedo):
        drawn = draw_lighting(
            np.random.default_rng(1), STAGE.scene, STAGE.free, replace(lit, albedo=albedo), 2.6, (1, 1), False
        )
        return irradiance(drawn, lit.points, lit.normals).mean()

    assert level(0.25) == pytest.approx(2 * level(0.5), rel=1e-3)
    assert level(0.001) < IRRADIANCE[1] * 1.1


def test_lamps_come_in_all_places():
    places = np.array([lamp.position for seed in range(60) for lamp in lit_by(seed)[1].lights])
    assert np.mean(places[:, 2] > 2.0) > 0.25
    assert np.mean(places[:, 2] < 1.5) > 0.1
    assert np.ptp(places[:, 0]) > 3


def test_scans_get_more_ambient_light():
    shares = {baked: np.mean([_ambient_share(lit_by(seed, baked)[1]) for seed in range(20)]) for baked in (False, True)}
    assert shares[False] < np.mean(AMBIENT) + 0.2
    assert shares[True] > shares[False] + 0.15
    assert shares[True] > AMBIENT_BAKED[0] - 0.1


def _ambient_share(lighting):
    """Ambient light over all that reaches a floor in the middle of the room."""
    points, normals = np.array([[0.0, -0.8, 0.001]]), np.array([[0.0, 0, 1]])
    return float(lighting.ambient_up @ LUMA / irradiance(lighting, points, normals)[0])


@given(seeds)
def test_tints_are_between_warm_and_cool(seed):
    color = lamp_color(np.random.default_rng(seed))
    assert color @ LUMA == pytest.approx(1)
    warm, cool = (blackbody(k)[0] / blackbody(k)[2] for k in (2700, 7500))
    assert cool**0.5 * 0.9 < color[0] / color[2] < warm**0.5


def test_black_bodies_turn_from_red_to_blue():
    ratios = [blackbody(k)[0] / blackbody(k)[2] for k in (2700, 4000, 6500, 9000)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[2] == pytest.approx(1, abs=0.06)
    assert blackbody(5000) @ LUMA == pytest.approx(1)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_same_seed_same_light(seed):
    assert lit_by(seed)[1] == lit_by(seed)[1]
    assert lit_by(seed)[1] != lit_by(seed + 1)[1]


def test_no_lamp_is_stronger_than_the_cap():
    strongest = max(lamp.color @ LUMA for seed in range(40) for lamp in lit_by(seed)[1].lights)
    assert 0 < strongest <= STRONGEST * 1.0001


def test_hidden_lamps_are_made_up_for():
    """What is seen faces away from all lamps: the ambient light brings all of it."""
    lit, _ = lit_by(0)
    dark = Lit(np.array([[0.0, 0, -0.01]]), np.array([[0.0, 0, -1]]), 0.5, lit.eye)
    lighting = draw_lighting(np.random.default_rng(0), STAGE.scene, STAGE.free, dark, 2.6, (2, 2), False)
    mean = (np.array(lighting.ambient_up) + np.array(lighting.ambient_down)) @ LUMA / 2
    assert mean >= np.clip(RADIANCE[0] / 0.5, *IRRADIANCE) - 1e-6


def test_albedo_is_that_of_materials_textures_and_vertex_colors():
    plain = box((-2, -2, 0), (2, 2, 3), Material("grey", (0.5, 0.5, 0.5)), inward=True)
    grey = float(srgb_to_linear(np.array(0.5)))
    twice = float(linear_to_srgb(np.array(2 * grey)))
    pattern = np.zeros((2, 2, 3), np.uint8)
    pattern[0] = 255  # half of the light
    textured = replace(plain, materials=(Material("t", (twice,) * 3, texture_from_image(pattern)),))
    colored = Mesh(plain.vertices, plain.faces, plain.face_material, (Material("w", (1, 1, 1)),),
                   colors=np.full((len(plain.vertices), 3), 128, np.uint8))  # fmt: skip
    for mesh in (plain, textured, colored):
        scene = scene_of(mesh)
        lit = lit_sample(scene, sparse_view(scene, (View(CAMERA, look_at((0, 0, 1.5), (1, 1, 1))),), COARSE))
        assert lit.albedo == pytest.approx(grey, rel=0.02)
        np.testing.assert_array_less(0, np.einsum("ni,ni->n", lit.eye - lit.points, lit.normals))
