import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from training.evaluation.clustering import bit_purity, counting, instance_clustering, sign_codes

RNG = np.random.default_rng(0)


def rooms_and_boxes(height=40, width=60):
    instance = np.ones((height, width), np.uint16)
    instance[5:20, 5:20] = 2
    instance[10:30, 30:50] = 4
    instance[32:38, 5:30] = 7
    return instance


def one_hot(instance, noise=0.05):
    ids = np.unique(instance)
    features = np.stack([(instance == number) * 1.0 for number in ids])
    return (features + RNG.normal(0, noise, features.shape)).astype(np.float32)


def test_perfect_features_score_one():
    scores = instance_clustering(one_hot(rooms_and_boxes()), rooms_and_boxes(), 0)
    assert scores.ari == 1
    assert scores.fg_ari == 1
    assert scores.clusters == 4


def test_noise_scores_zero():
    scores = instance_clustering(RNG.normal(size=(8, 40, 60)), rooms_and_boxes(), 0)
    assert abs(scores.ari) < 0.05
    assert abs(scores.fg_ari) < 0.05


def test_foreground_score_excludes_the_room():
    """Objects apart but the room cut in two: FG-ARI stays 1 where ARI falls."""
    instance = np.ones((40, 60), np.uint16)
    instance[:10, :20], instance[30:, 40:] = 2, 3
    features = np.stack([instance == 2, instance == 3, (instance == 1) & (np.arange(60) < 30)]).astype(np.float32)
    features[2] *= 0.5
    features[:2, instance == 1] = 0.5
    features[:2] *= 3
    scores = instance_clustering(features, instance, 0)
    assert scores.fg_ari == 1
    two_halves = np.where(instance == 1, np.arange(60) < 30, 2 + instance)
    assert scores.ari == 1 or scores.ari >= adjusted_rand_score(instance.ravel(), two_halves.ravel())


def test_one_object_leaves_no_foreground_score():
    instance = np.ones((20, 20), np.uint16)
    instance[5:15, 5:15] = 9
    scores = instance_clustering(one_hot(instance), instance, 0)
    assert scores.ari == 1
    assert np.isnan(scores.fg_ari)
    empty = instance_clustering(one_hot(instance), np.ones_like(instance), 0)
    assert np.isnan(empty.ari)


def test_specks_and_nothing_do_not_count():
    instance = rooms_and_boxes()
    instance[0, :15] = 30
    instance[0, 20:36] = 31
    instance[-1] = 0
    keep = counting(instance)
    assert not keep[instance == 30].any()
    assert keep[instance == 31].all()
    assert not keep[instance == 0].any()


def test_the_same_seed_gives_the_same_scores():
    features = RNG.normal(size=(4, 40, 60)) + one_hot(rooms_and_boxes())
    assert instance_clustering(features, rooms_and_boxes(), 3) == instance_clustering(features, rooms_and_boxes(), 3)


def test_sign_codes_count_patterns():
    descriptors = np.array([[1, 1, -1, -1, 1], [1, -1, 1, -1, 1.0]])
    codes = sign_codes(descriptors)
    assert codes[0] == codes[4]
    assert len(set(codes.tolist())) == 4
    wide = np.ones((70, 3))
    wide[69, 1] = -1
    assert len(set(sign_codes(wide).tolist())) == 2


def test_purity_of_codes_that_name_the_objects():
    instance = rooms_and_boxes()
    scores = bit_purity(one_hot(instance, 0) - 0.5, instance)
    assert (scores.purity, scores.coverage) == (1, 1)
    sizes = [(instance == number).mean() for number in (2, 4, 7)]
    assert scores.chance == pytest.approx(np.mean(sizes))


def test_purity_of_one_code_for_all_is_chance():
    scores = bit_purity(np.ones((4, 40, 60)), rooms_and_boxes())
    assert scores.purity == pytest.approx(scores.chance)
    assert scores.coverage == 1


def test_rare_codes_are_pure_but_do_not_cover():
    scores = bit_purity(RNG.normal(size=(32, 40, 60)), rooms_and_boxes())
    assert scores.purity > 0.9
    assert scores.coverage < 0.1


def test_purity_against_counting_by_hand():
    instance = rooms_and_boxes()
    descriptors = RNG.normal(size=(5, 40, 60))
    codes = np.packbits(descriptors.reshape(5, -1) > 0, axis=0)[0]
    purity, coverage = [], []
    for number in (2, 4, 7):
        inside = instance.ravel() == number
        values, counts = np.unique(codes[inside], return_counts=True)
        top = values[np.lexsort((values, -counts))[:10]]
        carried = np.isin(codes, top)
        purity.append((carried & inside).sum() / carried.sum())
        coverage.append((carried & inside).sum() / inside.sum())
    scores = bit_purity(descriptors, instance)
    assert scores.purity == pytest.approx(np.mean(purity))
    assert scores.coverage == pytest.approx(np.mean(coverage))


def test_no_object_no_purity():
    assert np.isnan(bit_purity(np.ones((2, 9, 9)), np.ones((9, 9), int)).purity)
