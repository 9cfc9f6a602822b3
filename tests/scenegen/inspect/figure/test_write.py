"""Figures: what is drawn is what the shard says, and the files are sound."""

import io
import subprocess
import sys
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from looking_world import room_views, shard
from PIL import Image

from scenegen.errors import ShardError, UsageError
from scenegen.inspect.figure.kinds import KINDS
from scenegen.inspect.figure.write import FigureChoice, check_figure_target, draw, encode_figure, save
from scenegen.inspect.palette import STATUS_LABELS, status_rgb
from scenegen.inspect.subject import Samples
from scenegen.inspect.warp import transfer, warp
from scenegen.status import Status

pytest.importorskip("matplotlib", reason="figures are drawn with matplotlib (extra: view)")
from matplotlib.collections import LineCollection

from scenegen.inspect.figure.layers import category_colors


@pytest.fixture(scope="module")
def subjects(tmp_path_factory):
    """The same room seen by 2, 3 and 5 views."""
    folder = tmp_path_factory.mktemp("shards")
    views = (*room_views(), *room_views((160, 120), 2)[::-1])
    return {count: subject_of(shard(folder / f"{count}.h5", views=views[:count])) for count in (2, 3, 5)}


def subject_of(path):
    with Samples(path) as samples:
        return samples.subject(1)


def texts(figure):
    """All words on a figure."""
    said = [text.get_text() for text in figure.texts]
    for axes in figure.axes:
        said += [axes.get_title(loc) for loc in ("left", "center")] + [text.get_text() for text in axes.texts]
        if axes.get_legend():
            said += [text.get_text() for text in axes.get_legend().get_texts()]
    return said + [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def without(subject, *layers):
    """The subject of a shard without these layers."""
    sample = type(subject.sample)(**{**vars(subject.sample), **dict.fromkeys(layers)})
    return type(subject)(**{**vars(subject), "sample": sample})


@pytest.mark.parametrize("views", [2, 3, 5])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_with_its_title_and_aspect(subjects, kind, views):
    figure = draw(subjects[views], FigureChoice(kind))
    picture = Image.open(io.BytesIO(encode_figure(figure, ".png")))
    assert picture.size[0] == 1350
    assert 300 < picture.size[1] < 5000
    assert texts(figure)[0].startswith(f"{views}.h5, sample 1: ")
    shown = [axes for axes in figure.axes if axes.images and axes.images[0].get_array().shape[:2] == (120, 160)]
    width, height = figure.get_size_inches()
    for axes in shown:
        box = axes.get_position()
        assert box.height * height / (box.width * width) == pytest.approx(0.75, rel=1e-6)
        assert axes.get_xlim() == (-0.5, 159.5)
        assert axes.get_ylim() == (119.5, -0.5)
    # nothing sticks out of the sheet, nothing lies on another panel
    boxes = [axes.get_position() for axes in figure.axes]
    assert min(min(b.x0, b.y0) for b in boxes) >= 0
    assert max(max(b.x1, b.y1) for b in boxes) <= 1
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert min(a.x1, b.x1) <= max(a.x0, b.x0) + 1e-9 or min(a.y1, b.y1) <= max(a.y0, b.y0) + 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_words_stay_on_the_sheet_and_apart(subjects, kind):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    words = {"source": "val-a_room_with_a_very_long_name_indeed_c2000_opt-afa849-000.h5, sample 12" + " and so on" * 4}
    words["names"] = {1: "room", 2: "telephone set, apparatus", 3: "mug"}
    figure = draw(type(subjects[3])(**{**vars(subjects[3]), **words}), FigureChoice(kind))
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    width, height = figure.canvas.get_width_height()
    titles = [axes.title if axes.get_title() else axes._left_title for axes in figure.axes]
    legends = [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    said = [*figure.texts, *figure.legends, *titles, *legends]
    boxes = [t.get_window_extent(renderer) for t in said if not _empty(t)]
    for i, a in enumerate(boxes):
        assert a.x0 >= 0 and a.x1 <= width and a.y0 >= 0 and a.y1 <= height, a  # noqa: PT018
        assert not any(a.overlaps(b) for b in boxes[:i])


@pytest.mark.parametrize("views", [3, 4, 8])
def test_headers_of_the_overlap_stay_apart(subjects, views):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = draw(
        type(subjects[3])(**{**vars(subjects[3]), "views": (tuple(range(3)) * 3)[:views]}), FigureChoice("overlap")
    )
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    boxes = [a._left_title.get_window_extent(renderer) for a in figure.axes if a.get_title("left")]
    assert len(boxes) == views**2 + 1
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize("views", [2, 6])
def test_a_legend_of_many_instances_stays_beside_its_panel(subjects, views):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    subject, shown = subjects[3], tuple(range(3)) * (views // 2)
    sample = type(subject.sample)(
        **{**vars(subject.sample), "instance": np.arange(3 * 120 * 160).reshape(3, 120, 160) % 19}
    )
    figure = draw(type(subject)(**{**vars(subject), "sample": sample, "views": shown[:views]}), FigureChoice("layers"))
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    (axes,) = (axes for axes in figure.axes if axes.get_legend() and "1 room" in texts_of(axes))
    legend, panel = axes.get_legend().get_window_extent(renderer), axes.get_window_extent(renderer)
    assert legend.y0 >= panel.y0 - 1
    named = texts_of(axes)
    assert named[-1] == f"and {19 - len(named)} more"  # instance 0 is nothing and has no entry
    assert len(named) == {2: 12, 6: 7}[views]


def texts_of(axes):
    """Entries of the legend of a panel."""
    return [text.get_text() for text in axes.get_legend().get_texts()]


def _empty(text):
    return hasattr(text, "get_text") and not text.get_text()


def test_lines_join_true_matches(subjects):
    subject = subjects[3]
    figure = draw(subject, FigureChoice("matches", count=30, start=5))
    for view, axes in zip((1, 2), figure.axes[:2], strict=True):
        xy0, xy = subject.sample.matches(view)
        true = {tuple(pair) for pair in np.round(np.c_[xy0, xy.astype(float) + np.array([163, 0])], 3).tolist()}
        drawn = [c for c in axes.collections if isinstance(c, LineCollection)]
        for lines in drawn:
            ends = {tuple(np.round(np.ravel(s), 3).tolist()) for s in lines.get_segments()}
            assert len(ends) == 30
            assert ends <= true
        assert f"30 of {len(xy0):,} matches" in axes.get_title("left")
        assert f"{subject.sample.baseline_m[view - 1]:.1f} m" in axes.get_title("left")


def test_another_start_draws_other_lines(subjects):
    def segments(start):
        axes = draw(subjects[2], FigureChoice("matches", 20, start)).axes[0]
        return np.array(axes.collections[0].get_segments())

    assert np.array_equal(segments(3), segments(3))
    assert not np.array_equal(segments(3), segments(700))


def test_every_ray_is_a_dot_in_the_color_of_its_status(subjects):
    sample = subjects[2].sample
    axes = draw(subjects[2], FigureChoice("matches")).axes[1]
    drawn = [(c.get_facecolor()[0, :3], np.asarray(c.get_offsets())) for c in axes.collections if len(c.get_offsets())]
    for code in Status:
        rows = sample.status[0] == code
        mine = [at for color, at in drawn if np.allclose(color, status_rgb()[code] / 255)]
        dots = np.concatenate(mine) if mine else np.zeros((0, 2))
        left, right = dots[dots[:, 0] < 160], dots[dots[:, 0] > 161] - [163, 0]
        assert np.array_equal(np.sort(left, 0), np.sort(sample.xy0[rows], 0))
        inside = rows & (sample.xy[0] > -0.5).all(1) & (sample.xy[0] < [159.5, 119.5]).all(1)
        assert np.allclose(np.sort(right, 0), np.sort(sample.xy[0][inside], 0), atol=1e-4)
    assert (sample.status[0] == Status.OCCLUDED).sum() > 100


def test_the_legend_says_what_occurs_with_its_share(subjects):
    sample, said = subjects[2].sample, texts(draw(subjects[2], FigureChoice("matches")))
    for name, code in ((s.name.lower(), s) for s in Status):
        share = (sample.status == code).mean()
        entries = [text for text in said if text.startswith(STATUS_LABELS[name] + " ")]
        assert len(entries) == (share > 0)
        if entries:
            number = entries[0].removeprefix(STATUS_LABELS[name] + " ").removesuffix(" %")
            assert number == "<0.1" if share < 0.0005 else abs(float(number) / 100 - share) < 0.006


def test_tracks_mark_the_same_points_in_every_view(subjects):
    subject = subjects[3]
    sample = subject.sample
    figure = draw(subject, FigureChoice("tracks", count=12))
    first = {text.get_text(): np.array(text.xy) for text in figure.axes[0].texts}
    assert sorted(first, key=int) == [str(k) for k in range(1, 13)]
    row = {tuple(xy): k for k, xy in enumerate(sample.xy0.tolist())}
    shown = {number: row[tuple(xy.astype(int).tolist())] for number, xy in first.items()}
    assert any((sample.status[:, ray] == Status.OCCLUDED).any() for ray in shown.values())
    for view in (1, 2):
        for text in figure.axes[view].texts:
            ray = shown[text.get_text()]
            if sample.status[view - 1, ray] in (Status.VISIBLE, Status.OCCLUDED):
                assert np.allclose(text.xy, sample.xy[view - 1, ray])
            else:
                assert (np.array(text.xy) <= [160, 120]).all()
        visible = sum(sample.status[view - 1, ray] == Status.VISIBLE for ray in shown.values())
        assert figure.axes[view].get_title("left") == f"view {view}: {visible} visible"


def test_overlap_shows_who_sees_what(subjects):
    subject = subjects[3]
    figure = draw(subject, FigureChoice("overlap"))
    for k, axes in enumerate(figure.axes[:9]):
        here, there = divmod(k, 3)
        picture = np.asarray(axes.images[0].get_array())
        own = subject.sample.rgb[here]
        if here == there:
            assert np.array_equal(picture, own)
            continue
        status = transfer(subject.sample, here, there).status
        seen = status == Status.VISIBLE
        assert np.array_equal(picture[seen], own[seen])
        hidden = status == Status.OCCLUDED
        assert np.abs(picture[hidden].mean(0) - status_rgb()[Status.OCCLUDED]).max() < 60
        assert axes.get_title("left").startswith(f"view {there} sees {seen.mean():.0%}".removesuffix("%"))
    table = [text.get_text() for text in figure.axes[9].texts][:9]
    shares = subject.sample.overlap.ravel()
    assert all(
        abs(float(text.removesuffix(" %")) / 100 - share) < 0.006 for text, share in zip(table, shares, strict=True)
    )


def test_layers_have_metres_and_names(subjects):
    subject = subjects[2]
    figure = draw(subject, FigureChoice("layers"))
    depth = subject.sample.depth
    shown = [axes.images[0] for axes in figure.axes if axes.get_title("left") == "depth"]
    assert len(shown) == 2
    for image, layer in zip(shown, depth, strict=True):
        assert np.array_equal(np.asarray(image.get_array()), layer.astype(float))
        assert image.get_clim() == pytest.approx((depth.min(), depth.max()))
    said = texts(figure)
    assert "m" in said
    for label in ("1 room", "2 chair", "3 mug", "instances", "normals"):
        assert label in said
    # the number of an object stands on the object
    for axes, ids in zip(
        [a for a in figure.axes if a.get_title("left") == "instances"], subject.sample.instance, strict=True
    ):
        for text in axes.texts:
            x, y = (round(v) for v in text.get_position())
            assert ids[y, x] == int(text.get_text())


def test_categories_are_named_from_the_most_frequent_on(subjects):
    subject = subjects[2]
    rows = np.zeros((2, 120, 160), np.uint16)
    rows[0, 10:], rows[1, :5] = 2, 1
    fields = {"semantic": rows, "names": {"semantic": np.array(["unknown", "a mug with a very long name", "wall"])}}
    sample = type(subject.sample)(**{**vars(subject.sample), **fields})
    figure = draw(type(subject)(**{**vars(subject), "sample": sample}), FigureChoice("layers"))
    images = [a.images[0] for a in figure.axes if a.get_title("left") == "categories"]
    assert all(np.array_equal(image.get_array(), k) for image, k in zip(images, rows, strict=True))
    assert [t for t in texts(figure) if t in ("unknown", "wall", "a mug with a v…")] == [
        "unknown",
        "wall",
        "a mug with a v…",
    ]
    assert (category_colors([2, 0, 1])[0] == 0).all()
    assert len(np.unique(category_colors([2, 0, 1, 3]), axis=0)) == 4


def test_layers_draw_what_is_there(subjects):
    titles = [
        axes.get_title("left") for axes in draw(without(subjects[2], "depth", "normal"), FigureChoice("layers")).axes
    ]
    assert "instances" in titles
    assert "depth" not in titles


def test_depth_without_a_hit_is_black(subjects):
    sample = subjects[2].sample
    bare = without(subjects[2], "instance", "normal")
    bare = type(bare)(**{**vars(bare), "sample": type(sample)(**{**vars(bare.sample), "depth": 0 * sample.depth})})
    picture = np.asarray(
        Image.open(io.BytesIO(encode_figure(draw(bare, FigureChoice("layers")), ".png"))).convert("RGB")
    )
    assert (picture[-200:, 100:400] == 0).all(2).mean() > 0.8


def test_warp_says_how_large_the_difference_is(subjects):
    subject = subjects[2]
    figure = draw(subject, FigureChoice("warp"))
    found = warp(subject.sample, 0, 1)
    titles = [axes.get_title("left") for axes in figure.axes]
    assert f"median {np.nanmedian(found.error):.1f}, 95 % below {np.nanquantile(found.error, 0.95):.0f}" in titles
    assert "all views have the same lights" in texts(figure)
    error = figure.axes[titles.index("difference, grey levels")].images[1]
    assert np.array_equal(error.get_array().filled(np.nan), found.error, equal_nan=True)
    assert error.norm.vmax == 64


def test_some_views_may_be_chosen(subjects):
    subject = subjects[5]
    titles = [axes.get_title("left") for axes in draw(subject.only((4, 2)), FigureChoice("warp")).axes]
    assert titles[:3] == ["view 4", "view 2", "view 2 warped into view 4"]
    titles = [axes.get_title("left") for axes in draw(subject.only((0, 3)), FigureChoice("matches")).axes]
    assert titles[0].startswith("views 0 and 3")


@pytest.mark.parametrize("kind", ["matches", "tracks"])
def test_rays_start_in_view_0(subjects, kind):
    with pytest.raises(UsageError) as caught:
        draw(subjects[3].only((1, 0)), FigureChoice(kind))
    assert str(caught.value) == f"--views 1: --kind {kind} shows rays, which start in view 0: name 0 first"


@pytest.mark.parametrize("kind", ["warp", "overlap"])
def test_depth_is_asked_for(subjects, kind):
    with pytest.raises(UsageError) as caught:
        draw(without(subjects[2], "depth"), FigureChoice(kind))
    assert f"has no depth layer, which --kind {kind} needs: render with --layers rgb,depth" in str(caught.value)


def test_no_layer_at_all(subjects):
    with pytest.raises(UsageError, match="has no layer that --kind layers could show"):
        draw(without(subjects[2], "depth", "instance", "normal"), FigureChoice("layers"))


def test_a_sample_without_any_match_is_drawn(subjects):
    sample = subjects[2].sample
    status = np.full_like(sample.status, Status.NO_HIT)
    blind = type(sample)(
        **{**vars(sample), "status": status, "xy": np.full_like(sample.xy, np.nan), "depth": 0 * sample.depth}
    )
    subject = type(subjects[2])(**{**vars(subjects[2]), "sample": blind})
    for kind in KINDS:
        assert encode_figure(draw(subject, FigureChoice(kind)), ".png")
    assert "views 0 and 1" in draw(subject, FigureChoice("matches")).axes[0].get_title("left")


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_equal_figures_are_equal_files(subjects, suffix):
    first, second = (encode_figure(draw(subjects[2], FigureChoice("matches")), suffix) for _ in range(2))
    assert zlib.crc32(first) == zlib.crc32(second)
    assert len(first) < 2_000_000
    for word in (b"2025", b"2026", b"Matplotlib v"):
        assert word not in first


def test_vectors_stay_vectors_and_dots_do_not(subjects, tmp_path):
    save(draw(subjects[2], FigureChoice("matches")), tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    images = root.iter("{http://www.w3.org/2000/svg}image")
    assert len(list(images)) >= 3
    # 2,400 dots of each view are pictures, 96 line pieces are paths
    assert 96 < len(list(root.iter("{http://www.w3.org/2000/svg}path"))) < 1000
    save(draw(subjects[2], FigureChoice("matches")), tmp_path / "a.PDF")
    assert (tmp_path / "a.PDF").read_bytes().startswith(b"%PDF-1")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.jpg", "a figure is written as .png, .svg, .pdf: choose one of these endings"),
        ("a", "a figure is written as .png, .svg, .pdf: choose one of these endings"),
        ("no/a.png", "there is no folder"),
        ("folder.png", "is a folder: name a file"),
    ],
)
def test_targets_that_cannot_be(tmp_path, name, message):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UsageError) as caught:
        check_figure_target(tmp_path / name)
    assert str(caught.value).startswith(f"--out {tmp_path / name}: {message}")


def test_a_full_disk_leaves_nothing(subjects, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    figure = draw(subjects[2], FigureChoice("tracks"))
    monkeypatch.setattr("os.write", full)
    with pytest.raises(ShardError, match=r"a\.png: cannot be written"):
        save(figure, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_without_matplotlib_one_line_says_what_to_install(subjects, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UsageError) as caught:
        draw(subjects[2], FigureChoice())
    assert str(caught.value) == "figure: the package matplotlib is missing: pip install 'scenegen[view]'"


def test_nothing_global_is_touched():
    """No pyplot, and no matplotlib at all before a figure is drawn."""
    script = (
        "import sys, scenegen.inspect.figure.write, scenegen.cli.looking\n"
        "assert 'matplotlib' not in sys.modules and 'viser' not in sys.modules and 'rerun' not in sys.modules\n"
        "import scenegen.inspect.figure.matches, scenegen.inspect.figure.tracks, scenegen.inspect.figure.overlap\n"
        "import scenegen.inspect.figure.layers, scenegen.inspect.figure.warp\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
