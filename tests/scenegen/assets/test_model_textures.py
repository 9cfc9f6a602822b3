"""The textures of one model: each picture read once, within the budget, every failure and reduction noted."""

import io

import numpy as np
import pytest
from PIL import Image

from scenegen.assets import model_textures as module
from scenegen.assets.model_textures import Picture, TextureStore

RNG = np.random.default_rng(2)


def picture_bytes(h, w, channels=3, kind="PNG"):
    out = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (h, w, channels)).astype(np.uint8)).save(out, kind)
    return out.getvalue()


def noted(store):
    return [(d.code, d.detail) for d in store.defects]


def test_spellings_copies_and_embedded_pictures_of_one_content_are_one_texture(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(picture_bytes(4, 4))
    (tmp_path / "copy.png").write_bytes((tmp_path / "a.png").read_bytes())
    calls = []
    real = module.decode_texture
    monkeypatch.setattr(module, "decode_texture", lambda *a, **k: calls.append(1) or real(*a, **k))
    store = TextureStore(tmp_path, tmp_path, 1 << 20)
    names = ["a.png", "./a.png", "A.PNG", "x/../a.png", "copy.png"]
    pictures = [Picture(name) for name in names] + [Picture("in the file", (tmp_path / "a.png").read_bytes())]
    store.fit(pictures)
    textures = [store.texture(p) for p in pictures]
    assert all(t is textures[0] is not None for t in textures)
    assert len(calls) == 1
    assert store.defects == []


def test_a_file_is_read_twice_at_most_however_often_it_is_spelled(tmp_path, monkeypatch):
    """Once for its header, once to be decoded; what it holds is not kept between."""
    (tmp_path / "a.png").write_bytes(picture_bytes(4, 4))
    reads = []
    real = type(tmp_path).read_bytes
    monkeypatch.setattr(type(tmp_path), "read_bytes", lambda path: reads.append(path) or real(path))
    store = TextureStore(tmp_path, tmp_path, 1 << 20)
    pictures = [Picture("./" * k + "a.png") for k in range(200)]
    store.fit(pictures)
    for picture in pictures:
        store.texture(picture)
    assert len(reads) == 2


def test_other_ways_to_wrap_share_the_texels(tmp_path):
    store = TextureStore(tmp_path, tmp_path, 1 << 20)
    picture = Picture("p", picture_bytes(4, 6))
    repeat, clamp = store.texture(picture), store.texture(picture, wrap=("clamp", "mirror"))
    assert repeat is not None
    assert clamp is not None
    assert (repeat.wrap, clamp.wrap) == (("repeat", "repeat"), ("clamp", "mirror"))
    assert repeat.levels is clamp.levels
    assert store.texture(picture, wrap=("clamp", "mirror")) is clamp


def test_all_pictures_together_keep_within_the_budget_and_each_reduction_is_noted_once(tmp_path):
    big, small = Picture("atlas.png", picture_bytes(64, 128)), Picture("small.png", picture_bytes(16, 16))
    store = TextureStore(tmp_path, tmp_path, 64 * 32 + 256)
    store.fit([big, small, big])
    sizes = [t.size for p in (big, small, big) if (t := store.texture(p, opaque=p is big)) is not None]
    assert sizes == [(64, 32), (16, 16), (64, 32)]
    assert noted(store) == [("texture_reduced", "atlas.png: 128 x 64 to 64 x 32, 1/2")]


def test_what_is_no_picture_takes_nothing_of_the_budget(tmp_path):
    (tmp_path / "k.png").write_bytes(b"\xabKTX 20\xbb\r\n\x1a\n")
    store = TextureStore(tmp_path, tmp_path, 16 * 16)
    pictures = [Picture("k.png"), Picture("gone.png"), Picture("p", picture_bytes(16, 16))]
    store.fit(pictures)
    assert [store.texture(p) is None for p in pictures] == [True, True, False]
    formats = "PNG JPEG WEBP BMP TGA GIF TIFF DDS"
    assert noted(store) == [
        ("missing_texture", "gone.png"),
        ("unreadable_texture", f"k.png: KTX2 picture, not one of {formats}"),
    ]


def test_a_picture_that_is_cut_out_says_so_unless_its_alpha_means_nothing(tmp_path):
    store = TextureStore(tmp_path, tmp_path, 1 << 20)
    leaf = Picture("leaf.png", picture_bytes(9, 9, 4))
    assert store.texture(leaf, opaque=True) is not None
    assert store.defects == []
    assert store.texture(leaf) is not store.texture(leaf, opaque=True)
    assert noted(store) == [("cut_out", "leaf.png")]
    plain = Picture("plain.png", picture_bytes(5, 5))
    assert store.texture(plain) is store.texture(plain, opaque=True)


def test_the_work_of_one_model_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_DECODED", 2500)
    store = TextureStore(tmp_path, tmp_path, 1 << 20)
    pictures = [Picture(f"{k}", picture_bytes(30, 40)) for k in range(3)]
    assert [store.texture(p) is None for p in pictures] == [False, False, True]
    words = "2: picture of 40 x 30 pixels: the model's pictures have more than 2500 together"
    assert noted(store) == [("huge_texture", words)]


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd"])
def test_nothing_outside_of_the_folder_is_looked_at(tmp_path, name):
    (tmp_path / "secret.png").write_bytes(picture_bytes(3, 3))
    (tmp_path / "in").mkdir()
    store = TextureStore(tmp_path / "in", tmp_path / "in", 1 << 20)
    assert store.texture(Picture(name)) is None
    assert "missing_texture" in {d.code for d in store.defects}
