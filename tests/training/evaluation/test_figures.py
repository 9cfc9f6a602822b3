import numpy as np
import pytest
import torch
from shard_factory import make_content

from scenegen.shards import ShardSet
from scenegen.shards.writer import encode_shard, publish
from training.errors import DataError, RequestError
from training.evaluation import figure_maps, figures
from training.evaluation.figure_curves import curves, series, smoothed
from training.evaluation.figure_maps import channels, first_three, matches, nearest_locations, principal
from training.evaluation.figure_style import location_colors, save_figure, side_by_side
from training.evaluation.figures import History, found_matches, write_figures
from training.evaluation.labelled import LabelledSamples

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (24, 32, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    publish(folder / "a.h5", encode_shard(make_content(room="a")))
    publish(folder / "b.h5", encode_shard(make_content(room="b", seed=1)))
    return LabelledSamples(ShardSet(folder))


class Gradient:
    """Descriptors that name their own pixel."""

    name = "gradient"

    def __call__(self, images):
        height, width = images.shape[2:]
        y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
        return torch.stack([x, y, x * y, x + y]).expand(len(images), -1, -1, -1)


def log(n=50):
    training = [{"step": 10 * k, "total": -0.005 * k} for k in range(n)]
    health = [
        {"step": 10 * k, "channels": 32.0, "effective_rank": 16.0, "auroc": None if k == 0 else 0.9} for k in range(n)
    ]
    return training, training[::10], health


def test_a_picture_in_itself_paints_the_key():
    descriptor = RNG.normal(size=(5, 12, 16)).astype(np.float32)
    xy = nearest_locations(descriptor, descriptor)
    assert np.array_equal(xy, figure_maps._grid(12, 16))


def test_a_shifted_picture_is_found_shifted():
    descriptor = RNG.normal(size=(5, 12, 16)).astype(np.float32)
    xy = nearest_locations(descriptor, np.roll(descriptor, (2, 3), (1, 2)))
    assert np.array_equal(xy, (figure_maps._grid(12, 16) + np.array([3, 2])) % [16, 12])


def test_large_pictures_are_asked_on_a_grid(monkeypatch):
    monkeypatch.setattr(figure_maps, "QUERIES", 50)
    monkeypatch.setattr(figure_maps, "BANK", 60)
    descriptor = np.stack(np.meshgrid(np.arange(16.0), np.arange(12.0))).astype(np.float32)
    xy = nearest_locations(descriptor, descriptor)
    assert xy.shape == (6, 8, 2)
    assert np.array_equal(xy, 2 * figure_maps._grid(6, 8))


def test_location_colors_differ_everywhere_and_stay_colors():
    colors = location_colors(figure_maps._grid(12, 16), 16, 12).reshape(-1, 3)
    assert len(np.unique(colors.round(4), axis=0)) == 12 * 16
    assert colors.min() >= 0
    assert colors.max() <= 1
    luminance = location_colors(figure_maps._grid(12, 16), 16, 12) @ [0.21, 0.72, 0.07]
    assert (np.diff(luminance, axis=0) < 0).all()  # down is darker for any colour vision


def test_false_colors_are_the_papers():
    low, high = first_three(np.full((4, 2, 2), -0.25), np.full((4, 2, 2), 3.0))
    assert np.allclose(low, 0.375)
    assert np.allclose(high, 1)
    assert first_three(np.zeros((1, 2, 2)), np.zeros((1, 2, 2)))[0].shape == (2, 2, 3)


@pytest.mark.parametrize("depth", [1, 2, 8])
def test_principal_colors_are_shared_by_both_views_and_survive_a_rotation(depth):
    first, second = RNG.normal(size=(2, depth, 6, 7)) * np.arange(1, depth + 1)[:, None, None]
    a, b = principal(first, second)
    assert a.shape == b.shape == (6, 7, 3)
    assert 0 <= a.min() <= a.max() <= 1
    assert np.array_equal(principal(first, first)[0], principal(first, first)[1])
    turn = np.linalg.qr(RNG.normal(size=(depth, depth)))[0]
    turned = principal(*(np.einsum("ij,jhw->ihw", turn, each) for each in (first, second)))[0]
    for channel in range(min(3, depth)):  # up to the arbitrary sign
        assert abs(np.corrcoef(a[..., channel].ravel(), turned[..., channel].ravel())[0, 1]) > 0.99


def test_all_channels_are_drawn_on_one_scale():
    descriptor = RNG.normal(size=(32, 6, 8))
    figure = channels(PICTURE, descriptor, "all")
    drawn = [image for axes in figure.axes for image in axes.images][1:]
    assert len(drawn) == 32
    assert len({image.get_clim() for image in drawn}) == 1
    assert drawn[0].get_clim()[0] == -drawn[0].get_clim()[1]
    assert np.array_equal(drawn[7].get_array(), descriptor[7])
    assert channels(PICTURE, np.zeros((1, 6, 8))).axes


def test_matches_are_counted_as_pck_counts_them():
    xy = RNG.uniform(0, 20, (4, 2))
    figure = matches((PICTURE, PICTURE), xy, xy, np.array([0, 4.9, 5.0, 80]))
    assert figure.axes[0].get_title() == "50 % of 4 matches within 5 px"
    assert matches((PICTURE, PICTURE[:10]), xy, xy).axes[0].get_title() == "4 matches"
    assert matches((PICTURE, PICTURE), xy[:0], xy[:0], np.zeros(0)).axes


def test_lines_end_in_the_right_picture():
    xy0, xy1 = np.array([[3.0, 4.0]]), np.array([[10.0, 20.0]])
    figure = matches((PICTURE, PICTURE), xy0, xy1)
    assert side_by_side(PICTURE, PICTURE).shape == (24, 32 + 12 + 32, 3)
    line = figure.axes[0].collections[0].get_segments()[0]
    assert line.tolist() == [[3, 4], [10 + 32 + 12, 20]]


def test_found_matches_are_nearest_over_all_pixels():
    features = Gradient()(torch.zeros(1, 3, 24, 32))[0].numpy()
    xy0 = np.array([[0, 0], [31, 23], [7, 5]], np.uint16)
    found, error_px = found_matches((features, features), xy0, xy0 + np.array([[0, 0], [0, 0], [3, 4]]))
    assert np.array_equal(found, xy0)
    assert error_px.tolist() == [0, 0, 5]


def test_curves_show_what_was_logged():
    training, validation, health = log()
    figure = curves(training, validation, health, (0.0, -0.25))
    loss, *panels = figure.axes
    assert len(panels) == 4
    assert [text.get_text() for text in loss.texts] == ["collapse", "optimum"]
    drawn = {line.get_label(): line for line in loss.lines}
    assert drawn["validation"].get_ydata().tolist() == [row["total"] for row in validation]
    rank = next(line for axes in panels for line in axes.lines if line.get_label() == "effective rank")
    assert set(rank.get_ydata()) == {0.5}
    assert len(curves(training, []).axes) == 1
    assert curves([], validation).axes


def test_series_leave_out_what_has_no_value():
    steps, values = series(log()[2], "auroc")
    assert len(steps) == 49
    assert set(values) == {0.9}


def test_smoothing_keeps_lines_and_length():
    assert np.allclose(smoothed(np.full(500, 3.0)), 3)
    line = np.arange(500.0)
    assert np.allclose(smoothed(line)[10:-10], line[10:-10])
    assert len(smoothed(np.zeros(0))) == 0
    assert np.std(smoothed(RNG.normal(size=4000))) < 0.2


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_figure_is_the_same_file(tmp_path, suffix):
    paths = [
        save_figure(matches((PICTURE, PICTURE), np.ones((3, 2)), np.ones((3, 2))), tmp_path / f"{i}{suffix}")
        for i in "ab"
    ]
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    for stamp in (b"CreationDate", b"dc:date", b"Software"):
        assert stamp not in first


def test_an_unknown_suffix_is_told(tmp_path):
    with pytest.raises(RequestError, match=r"figures are written as \.png, \.svg, \.pdf"):
        save_figure(curves([], []), tmp_path / "curve.gif")


def test_all_figures_are_written(tmp_path, labelled):
    paths = write_figures(Gradient(), labelled, tmp_path / "eval", History(*log()))
    assert [path.name for path in paths] == [
        "false_colors.png",
        "channels.png",
        "matches.png",
        "location_maps.png",
        "curves.png",
    ]
    assert all(path.stat().st_size > 1000 for path in paths)


def test_no_curve_without_a_history(tmp_path, labelled, monkeypatch):
    monkeypatch.setattr(figures, "save_figure", lambda figure, path: path)
    paths = write_figures(Gradient(), labelled, tmp_path, History([], []), suffix=".svg")
    assert [path.name for path in paths] == ["false_colors.svg", "channels.svg", "matches.svg", "location_maps.svg"]
    assert len(write_figures(Gradient(), labelled, tmp_path)) == 4


def test_no_sample_is_told(tmp_path):
    with pytest.raises(DataError, match="no sample to draw"):
        write_figures(Gradient(), [], tmp_path)
