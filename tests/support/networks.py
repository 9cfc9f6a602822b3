"""Networks whose every parameter tells."""

import torch

from training.models.networks import build_network


def shaken(settings, seed=0):
    """A network whose every weight matters (a fresh one has blocks that do nothing)."""
    model = build_network(settings, seed).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=generator))
    return model


def count_parameters(model):
    """All parameters, and the trainable ones: the paper prints the first for Experiment 1, the second elsewhere."""
    parameters = list(model.parameters())
    return sum(p.numel() for p in parameters), sum(p.numel() for p in parameters if p.requires_grad)


def picture(*shape, seed=1):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def gn(x, w, b, groups=1):
    parts = x.reshape(len(x), groups, -1)
    centred = parts - parts.mean(2, keepdim=True)
    normed = (centred / (parts.var(2, unbiased=False, keepdim=True) + 1e-5).sqrt()).reshape(x.shape)
    return normed * w.reshape(-1, *[1] * (x.dim() - 2)) + b.reshape(-1, *[1] * (x.dim() - 2))
