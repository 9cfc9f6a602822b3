"""The gallery in a real browser: what a reader sees, does and is told, against what the shard holds."""

import re

import numpy as np
import pytest
from browser import Page, chromium
from gallery_world import render_dense, write_manifest, write_run, write_shard
from scenes import LENSES

from scenegen.inspect.gallery import card
from scenegen.inspect.gallery.pixels import needed_layers, pack_pixels
from scenegen.inspect.gallery.write import make_gallery
from scenegen.inspect.palette import STATUS_LABELS
from scenegen.shards import ShardReader, Status

pytestmark = pytest.mark.skipif(not chromium(), reason="no Chromium to show a page in (apt install chromium)")

WIDTH, HEIGHT = 160, 120


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    page = Page(chromium(), tmp_path_factory.mktemp("profile"))
    yield page
    page.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A run of four rooms with three views, one of large pictures, and its gallery."""
    folder = tmp_path_factory.mktemp("world")
    write_run(folder / "demo", rooms=3, samples=3, views=3, width=WIDTH, height=HEIGHT)
    write_shard(folder / "demo" / "train-r3.h5", room="r3", seed=7, width=400, height=300, samples=1)
    write_manifest(folder / "demo")
    (folder / "gallery.html").write_text(make_gallery(folder / "demo", 600).html, encoding="utf-8")
    return folder


@pytest.fixture
def shown(page, world):
    """The page, just opened; whatever a test does with it, nothing may go wrong and nothing be asked for."""
    page.open(world / "gallery.html")
    yield page
    assert page.problems == []
    assert page.requests == [(world / "gallery.html").as_uri()]


def visible_cards(page):
    script = "[...document.querySelectorAll('.card')].filter(c => c.offsetParent).map(c => c.dataset.facts)"
    return page.run(f"({script}).map(JSON.parse)")


def choose(page, name, value):
    """Fill in a filter as a person does: the value, then the event."""
    script = f"const f = document.getElementById('filters').elements['{name}']; f.value = '{value}';"
    page.run(f"{{{script} f.dispatchEvent(new Event('input', {{bubbles: true}}))}}")


def open_sample(page, number):
    page.click(f"#sample-{number}")
    page.until("document.querySelector('.view .place')?.textContent.startsWith('x ')")


def text(page, selector, index=0):
    return page.run(f"document.querySelectorAll('{selector}')[{index}].textContent")


def place(page, view):
    """The pixel that the caption of a view names; None without a projection."""
    found = re.match(r"x (-?[\d.]+), y (-?[\d.]+)", text(page, ".view .place", view))
    return found and np.array([float(found[1]), float(found[2])])


def marked(page, view, width, height):
    """The pixel that the mark of a view lies on, measured on the screen; None where there is none."""
    frame, mark = page.box(".view .frame", view), page.box(".view .marker", view)
    if not mark["width"]:
        return None
    middle = np.array([mark["x"] + mark["width"] / 2 - frame["x"], mark["y"] + mark["height"] / 2 - frame["y"]])
    return middle / (frame["width"], frame["height"]) * (width, height) - 0.5


def hover(page, x, y, width, height, view=0):
    frame = page.box(".view .frame", view)
    page.point_at(frame["x"] + (x + 0.5) / width * frame["width"], frame["y"] + (y + 0.5) / height * frame["height"])


def test_a_page_is_shown_without_errors_or_network(shown):
    assert shown.run("document.title") == "demo – gallery"
    assert len(visible_cards(shown)) == 10
    assert text(shown, "#count") == "10 of 10 samples"
    assert shown.run("document.querySelectorAll('.plot').length") == 6
    assert shown.run("Promise.all([...document.images].map(i => i.decode())).then(() => document.images.length)") == 20


def test_the_browser_helper_sees_errors_and_requests(page, tmp_path):
    (tmp_path / "bad.html").write_text("<img src='https://example.invalid/x.png'><script>nosuch()</script>")
    page.open(tmp_path / "bad.html")
    assert any("nosuch" in problem for problem in page.problems)
    assert "https://example.invalid/x.png" in page.requests


def test_filters_leave_what_they_ask_for(shown):
    every = visible_cards(shown)
    choose(shown, "room", "r1")
    assert {card["room"] for card in visible_cards(shown)} == {"r1"}
    choose(shown, "room", "")
    choose(shown, "split", "val")
    assert [card["split"] for card in visible_cards(shown)] == ["val"] * 3
    choose(shown, "split", "")
    choose(shown, "overlap-low", "50")
    choose(shown, "overlap-high", "70")
    choose(shown, "angle-high", "40")
    fits = [c for c in every if any(0.5 <= v <= 0.7 for v in c["overlap"]) and min(c["angle_deg"]) <= 40]
    assert visible_cards(shown) == fits
    assert 0 < len(fits) < 10
    assert text(shown, "#count") == f"{len(fits)} of 10 samples"
    choose(shown, "angle-low", "170")
    assert visible_cards(shown) == []
    assert "No sample is like that" in shown.run("document.body.innerText")
    shown.click("button[type=reset]")
    shown.until("document.getElementById('count').textContent === '10 of 10 samples'")
    choose(shown, "category", "mug")
    assert visible_cards(shown) == [card for card in every if "mug" in card["categories"]]


def test_cards_can_be_put_in_order(shown):
    choose(shown, "order", "overlap")
    most = [max(card["overlap"]) for card in visible_cards(shown)]
    assert most == sorted(most, reverse=True)
    choose(shown, "order", "fewest")
    fewest = [min(card["matches"]) for card in visible_cards(shown)]
    assert fewest == sorted(fewest)


def test_a_point_under_the_pointer_is_where_the_shard_says(shown, world):
    """All kinds of status, in both other views: caption, mark and label are those of the ray in the file."""
    open_sample(shown, 1)
    with ShardReader(world / "demo" / "train-r0.h5") as reader:
        sample = reader[1]
    for status in Status:
        ray = int(np.flatnonzero(sample.status[0] == status)[40])
        hover(shown, *sample.xy0[ray], WIDTH, HEIGHT)
        np.testing.assert_array_equal(place(shown, 0), sample.xy0[ray])
        for view in (1, 2):
            verdict, truth = Status(sample.status[view - 1, ray]), sample.xy[view - 1, ray]
            assert text(shown, ".view .verdict span", view) == STATUS_LABELS[verdict.name.lower()]
            if np.isnan(truth).any():
                assert text(shown, ".view .place", view) == "no projection"
                assert marked(shown, view, WIDTH, HEIGHT) is None
                continue
            np.testing.assert_allclose(place(shown, view), truth, atol=0.011)
            if verdict != Status.OUT_OF_VIEW:
                np.testing.assert_allclose(marked(shown, view, WIDTH, HEIGHT), truth, atol=0.05)


def test_a_large_picture_shows_rays_of_the_shard_near_the_pointer(shown, world):
    open_sample(shown, 6)  # the one sample of train-r3.h5: its rays are thinned
    with ShardReader(world / "demo" / "train-r3.h5") as reader:
        sample = reader[0]
    assert len(sample.xy0) == 15_000
    for x, y in ((10, 10), (200.4, 150.2), (396, 296), (333, 12)):
        hover(shown, x, y, 400, 300)
        chosen = place(shown, 0)
        assert np.abs(chosen - (x, y)).max() < 8
        ray = int(np.flatnonzero((sample.xy0 == chosen).all(1))[0])
        assert text(shown, ".view .verdict span", 1) == STATUS_LABELS[Status(sample.status[0, ray]).name.lower()]
        if np.isfinite(sample.xy[0, ray]).all():
            np.testing.assert_allclose(place(shown, 1), sample.xy[0, ray], atol=0.02)


@pytest.fixture(scope="module", params=LENSES)
def dense(tmp_path_factory, request):
    """The page of a real sample of three views of whose every pixel all is known, and the sample."""
    folder = tmp_path_factory.mktemp("dense")
    shard = render_dense(folder / "demo", request.param)
    (folder / "gallery.html").write_text(make_gallery(folder / "demo", 10).html, encoding="utf-8")
    with ShardReader(shard, layers=needed_layers(shard)) as reader:
        return folder / "gallery.html", reader[0]


def is_where_the_sample_says(page, sample, view, x, y):
    """Hover a pixel of a view: caption and label in all others are those of the sample's own flow.

    Returns whether all places are told without an "about".
    """
    height, width = sample.rgb.shape[1:3]
    hover(page, x, y, width, height, view)
    np.testing.assert_array_equal(place(page, view), (x, y))
    assert text(page, ".view .pairing", view) == "the source"
    others = set(range(len(sample.rgb))) - {view}
    for other in others:
        flow = sample.flow(view, other)
        verdict, truth = Status(flow.status[y, x]), flow.xy[y, x]
        assert text(page, ".view .verdict span", other) == STATUS_LABELS[verdict.name.lower()]
        if verdict in (Status.NO_HIT, Status.BEHIND_CAMERA) or np.isnan(truth).any():
            assert text(page, ".view .place", other) == "no projection"
        elif not text(page, ".view .place", other).endswith(", about"):
            np.testing.assert_allclose(place(page, other), truth, atol=0.11)
    return not any("about" in text(page, ".view .place", other) for other in others)


@pytest.mark.parametrize("view", [0, 1, 2])
def test_every_pixel_of_any_view_is_shown_in_all_others(page, dense, view):
    path, sample = dense
    page.open(path)
    open_sample(page, 0)
    at = np.random.default_rng(view).integers(2, (WIDTH - 2, HEIGHT - 2), (40, 2))  # a frame has round corners
    told = [is_where_the_sample_says(page, sample, view, x, y) for x, y in at.tolist()]
    assert np.mean(told) > 0.8
    assert page.problems == []


def test_of_a_large_sample_every_nth_pixel_is_shown(page, dense, monkeypatch):
    path, sample = dense
    monkeypatch.setattr(card, "PIXEL_CHARACTERS", 15_000)
    path = path.with_name("coarse.html")
    path.write_text(make_gallery(path.parent / "demo", 10).html, encoding="utf-8")
    (step,) = {view.step for view in pack_pixels(sample, 15_000)}
    assert step > 1
    page.open(path)
    open_sample(page, 0)
    for x, y in ((80, 60), (7, 99), (155, 3)):
        hover(page, x, y, WIDTH, HEIGHT, 1)
        at = place(page, 1).astype(int)
        assert np.abs(at - (x, y)).max() <= step / 2 + 0.5
        assert (at % step == step // 2).all()
        is_where_the_sample_says(page, sample, 1, *at.tolist())
    assert page.problems == []


def test_arrows_go_on_from_the_point_that_a_view_shows(page, dense):
    page.open(dense[0])
    open_sample(page, 0)
    hover(page, 80, 60, WIDTH, HEIGHT, 1)
    page.run("document.querySelectorAll('.view .frame')[1].focus()")
    before = place(page, 1)
    page.press("ArrowRight")
    after = place(page, 1)
    np.testing.assert_array_equal(after - before, (1, 0))
    assert page.problems == []


def test_where_view_0_alone_is_known_the_others_start_nothing(shown):
    open_sample(shown, 0)
    before = place(shown, 0)
    hover(shown, 10, 10, WIDTH, HEIGHT, 1)
    assert (place(shown, 0) == before).all()
    assert text(shown, ".view .pairing", 0) == "the source"


def test_a_point_outside_is_marked_at_the_border_in_its_direction(shown, world):
    open_sample(shown, 0)
    with ShardReader(world / "demo" / "train-r0.h5") as reader:
        sample = reader[0]
    x, y = sample.xy[0].T
    outside, centre = sample.status[0] == Status.OUT_OF_VIEW, np.array([WIDTH - 1, HEIGHT - 1]) / 2
    for rays in (outside & (x < -3) & (y < 20), outside & (x > WIDTH + 2) & (y > 100), outside & (y > HEIGHT + 20)):
        ray = int(np.flatnonzero(rays)[0])
        hover(shown, *sample.xy0[ray], WIDTH, HEIGHT)
        way, mark = sample.xy[0, ray] - centre, marked(shown, 1, WIDTH, HEIGHT) - centre
        np.testing.assert_allclose(mark / np.linalg.norm(mark), way / np.linalg.norm(way), atol=1e-3)
        assert np.abs(mark / (WIDTH, HEIGHT)).max() == pytest.approx(0.47, abs=0.01)
        turn = shown.run("document.querySelectorAll('.marker')[1].style.transform")
        assert float(re.match(r"rotate\((.*)rad\)", turn)[1]) == pytest.approx(np.arctan2(way[1], way[0]), abs=0.02)


def test_a_touch_moves_the_point_too(shown, world):
    open_sample(shown, 0)
    frame = shown.box(".view .frame")
    where = [{"x": frame["x"] + 20, "y": frame["y"] + 20}]
    shown.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=where)
    shown.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    assert np.abs(place(shown, 0) - np.array([20, 20]) / frame["width"] * WIDTH).max() < 4


def test_all_points_are_drawn_and_cleared(shown):
    open_sample(shown, 0)
    ink = """[...document.querySelectorAll('.dots')].map(canvas => {
        const empty = Object.assign(document.createElement('canvas'), {width: canvas.width, height: canvas.height});
        return canvas.toDataURL() !== empty.toDataURL();
    })"""
    assert shown.run(ink) == [False] * 3
    shown.press("a")
    assert shown.run(ink) == [True] * 3
    shown.press("a")
    assert shown.run(ink) == [False] * 3


def focus(page):
    return page.run("document.activeElement.id || document.activeElement.className")


def test_everything_can_be_done_with_the_keyboard(shown):
    shown.run("document.getElementById('sample-0').focus()")
    shown.press("ArrowRight")
    assert focus(shown) == "sample-1"
    shown.press("ArrowDown")
    assert focus(shown) == "sample-5"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert shown.run(outline) == "solid"
    shown.press("ArrowUp")
    shown.press("Enter")
    shown.until("document.querySelector('.view .place')?.textContent.startsWith('x ')")
    assert text(shown, "#viewer-title") == "r0, sample 1"
    assert "source" in focus(shown)
    assert shown.run(outline) == "solid"
    before = place(shown, 0)
    shown.press("ArrowRight")
    near = place(shown, 0)
    assert 0 < near[0] - before[0] <= 5
    shown.press("ArrowDown", shift=True)
    assert place(shown, 0)[1] - near[1] > 10
    spoken = text(shown, "#spoken")
    assert "view 1: " in spoken
    assert "view 2: " in spoken
    shown.press("]")
    shown.until("document.getElementById('viewer-title').textContent === 'r0, sample 2'")
    shown.run("document.getElementById('next').focus()")
    for title in ("r2, sample 0", "r2, sample 1"):
        shown.press("ArrowRight")
        shown.until(f"document.getElementById('viewer-title').textContent === '{title}'")
        assert focus(shown) == "next"
    shown.press("Escape")
    shown.until("document.activeElement.id === 'sample-4'")
    assert not shown.run("document.getElementById('viewer').open")


def test_steps_follow_the_filtered_samples_and_end_with_them(shown):
    choose(shown, "split", "val")
    open_sample(shown, 7)
    assert text(shown, "#viewer-place") == "1 of 3"
    assert shown.run("document.getElementById('previous').disabled")
    for _ in range(5):
        shown.click("#next")
    shown.until("document.getElementById('viewer-place').textContent === '3 of 3'")
    shown.click("#close")
    assert not shown.run("document.getElementById('viewer').open")


def test_an_address_can_name_a_sample(page, world):
    page.open(world / "gallery.html", part="#view-7")
    page.until("document.querySelector('.view .place')?.textContent.startsWith('x ')")
    assert text(page, "#viewer-title") == "r1, sample 0"
    page.press("]")
    page.until("location.hash === '#view-8'")
    page.press("Escape")
    page.until("location.hash === ''")
    assert page.problems == []


def test_everything_that_takes_the_focus_has_a_name(shown):
    open_sample(shown, 0)
    for _ in range(2):  # the dialog, then the page under it
        nodes = shown.call("Accessibility.getFullAXTree")["nodes"]
        takes = [
            n for n in nodes if any(p["name"] == "focusable" and p["value"]["value"] for p in n.get("properties", ()))
        ]
        named = [n for n in takes if n["role"]["value"] not in ("RootWebArea", "dialog", "option", "MenuListOption")]
        assert len(named) >= 4
        names = [n.get("name", {}).get("value", "") for n in named]
        assert all(re.search(r"[A-Za-z]{3}", name) for name in names), names
        shown.press("Escape")


PAPER = "getComputedStyle(document.body).backgroundColor"


def brightness(page, script=PAPER):
    return np.mean([float(v) for v in re.findall(r"[\d.]+", page.run(script))[:3]])


def test_the_theme_is_the_systems_until_it_is_chosen(page, world):
    for dark in (False, True):
        page.open(world / "gallery.html", dark=dark)
        ink = brightness(page, "getComputedStyle(document.body).color")
        assert (brightness(page) < 60, ink > 180) == (dark, dark)
        page.click("#theme")
        assert (brightness(page) < 60) != dark
        page.open(world / "gallery.html", dark=dark)
        assert (brightness(page) < 60) != dark, "the choice is kept"
        page.run("localStorage.clear()")
    assert page.problems == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (390, 844)])
def test_a_phone_needs_no_scrolling_sideways(page, world, width, height):
    page.open(world / "gallery.html", width, height, mobile=True)
    across = "document.scrollingElement.scrollWidth"
    assert page.run(across) == width
    assert not page.run("document.querySelector('.filters').open")
    page.click(".filters summary")
    assert page.run(across) == width
    assert (
        min(page.run("[...document.querySelectorAll('#filters select, #filters input')].map(e => e.offsetHeight)"))
        >= 32
    )
    open_sample(page, 2)
    assert page.run("document.getElementById('viewer').scrollWidth") <= width
    assert page.box("#viewer")["width"] == width
    assert page.problems == []


def test_what_files_say_is_shown_and_not_run(page, tmp_path):
    evil = "<script>document.title='harmed'</script><img src=x onerror=alert(1)>"
    write_run(tmp_path / "demo", rooms=1, room=evil, split=evil, category=evil)
    (tmp_path / "page.html").write_text(make_gallery(tmp_path / "demo", 9).html, encoding="utf-8")
    page.open(tmp_path / "page.html")
    open_sample(page, 0)
    assert page.run("document.title") == "demo – gallery"
    assert text(page, "#viewer-title") == f"{evil}, sample 0"
    choose(page, "room", evil.replace("'", "\\'"))
    assert len(visible_cards(page)) == 2
    assert page.problems == []


def test_a_script_from_elsewhere_would_not_run(page, world, tmp_path):
    """The policy of the page closes it even where escaping were to fail."""
    harmed = (world / "gallery.html").read_text().replace("<main>", "<main><script>document.title='harmed'</script>")
    (tmp_path / "page.html").write_text(harmed)
    page.open(tmp_path / "page.html")
    assert page.run("document.title") == "demo – gallery"
    assert any("Content Security Policy" in problem for problem in page.problems)
