import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, jaccard_score

from training.evaluation.probes import category_probe, confusion_scores, fit_logistic, folds


def clusters(n=600, noise=0.1, names=("chair", "mug", "room"), seed=0):
    rng = np.random.default_rng(seed)
    label = rng.integers(0, len(names), n)
    features = np.eye(len(names), 6)[label] + rng.normal(0, noise, (n, 6))
    return features.astype(np.float32), np.array(names)[label], np.arange(n) % 2


def test_separable_categories_are_read_perfectly():
    scores = category_probe(*clusters())
    assert (scores.accuracy, scores.mean_accuracy, scores.miou) == (1, 1, 1)
    assert scores.classes == 3
    assert scores.covered == 1
    assert scores.majority < 0.5


def test_noise_is_chance():
    _, names, fold = clusters()
    scores = category_probe(np.random.default_rng(1).normal(size=(600, 6)), names, fold)
    assert scores.mean_accuracy == pytest.approx(1 / 3, abs=0.08)


def test_labels_of_the_tested_fold_are_not_learnt():
    """Features that tell a fold's categories only within it: across folds they mislead."""
    features, names, fold = clusters(names=("a", "b"))
    features[fold == 1, :2] = features[fold == 1, 1::-1]
    assert category_probe(features, names, fold).accuracy == 0


def test_categories_of_one_fold_alone_are_left_out():
    features, names, fold = clusters()
    names = names.astype("U9")
    names[(names == "mug") & (fold == 0)] = "only in 0"
    scores = category_probe(features, names, fold)
    assert scores.classes == 2
    assert scores.covered == pytest.approx(np.isin(names, ["chair", "room"]).mean())


def test_too_few_categories_give_nan():
    features, names, fold = clusters(names=("room",))
    scores = category_probe(features, names, fold)
    assert np.isnan(scores.miou)
    assert scores.classes == 1


def test_scores_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    truth, said = rng.integers(0, 4, (2, 500))
    confusion = np.zeros((4, 4), np.int64)
    np.add.at(confusion, (truth, said), 1)
    accuracy, majority, mean_accuracy, miou = confusion_scores(confusion)
    assert accuracy == pytest.approx((truth == said).mean())
    assert majority == pytest.approx(np.bincount(truth).max() / 500)
    assert mean_accuracy == pytest.approx(balanced_accuracy_score(truth, said))
    assert miou == pytest.approx(jaccard_score(truth, said, average="macro"))


def test_folds_share_no_room():
    rooms = ["c", "a", "b", "a", "c", "d"]
    fold, apart = folds(rooms)
    assert apart
    assert not {r for r, f in zip(rooms, fold, strict=True) if f == 0} & {
        r for r, f in zip(rooms, fold, strict=True) if f == 1
    }
    assert set(fold) == {0, 1}


def test_one_room_is_cut_in_the_middle_and_says_so():
    fold, apart = folds(["a"] * 5)
    assert not apart
    assert fold.tolist() == [0, 0, 0, 1, 1]


def test_a_balanced_probe_does_not_prefer_the_frequent_class():
    rng = np.random.default_rng(0)
    label = np.arange(2000) % 20 == 0
    features = rng.normal(0, 1, (2000, 1)) + label[:, None]
    assert fit_logistic(features, label, balanced=True).predict(features).mean() > 0.2
    assert fit_logistic(features, label).predict(features).mean() < 0.05
