"""The pixel classifier: counts, an independent forward pass, seeds."""

import torch
from networks import count_parameters, gn

from training.models.classifier import ClassifierSettings, build_classifier, predicted_probability


def test_counts_of_the_paper():
    assert count_parameters(build_classifier(ClassifierSettings(), 0)) == (28_511, 28_479)


@torch.no_grad()
def test_against_an_independent_forward_pass():
    model = build_classifier(ClassifierSettings(8), 1)
    x = torch.randn(2, 8, 3, 5, generator=torch.Generator().manual_seed(0))
    tokens = gn(x, model.norm.weight, model.norm.bias).reshape(2, 8, 15)
    q, k, v = (layer.weight @ tokens + layer.bias[:, None] for layer in (model.query, model.key, model.value))
    q, k = gn(q, model.norm_query.weight, model.norm_query.bias), gn(k, model.norm_key.weight, model.norm_key.bias)
    o = v @ ((q.transpose(1, 2) @ k) * 8**-0.5).softmax(-1).transpose(1, 2)
    expected = model.mlp(o.transpose(1, 2)).reshape(2, 3, 5)
    assert torch.allclose(model(x)[:, 0], expected, atol=1e-4)


def test_probability_is_the_mean_of_sigmoids():
    logits = torch.tensor([0.0, 100.0]).reshape(1, 1, 1, 2)
    assert predicted_probability(logits).item() == 0.75


def test_the_seed_decides():
    one, two = (build_classifier(ClassifierSettings(), 2) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_it_trains_on_frozen_descriptors_in_any_layout():
    model, features = build_classifier(ClassifierSettings(8), 1), torch.rand(2, 8, 6, 5)
    model(features).sum().backward()
    expected = [p.grad.clone() for p in model.parameters() if p.requires_grad]
    model.zero_grad()
    model(features.contiguous(memory_format=torch.channels_last)).sum().backward()  # crashed the interpreter once
    for p, gradient in zip((p for p in model.parameters() if p.requires_grad), expected, strict=True):
        torch.testing.assert_close(p.grad, gradient)
