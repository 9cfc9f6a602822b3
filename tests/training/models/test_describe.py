"""A network as a descriptor."""

import torch
from torch import nn

from training.models.describe import NetworkDescriptor, to_unit


class Probe(nn.Module):
    """Answers its input, and remembers how it was called."""

    def forward(self, x):
        self.seen = (self.training, torch.is_grad_enabled(), x.dtype)
        return x.to(torch.bfloat16)


def test_mode_gradient_types_and_scaling():
    probe = Probe().train()
    features = NetworkDescriptor("probe", probe)(torch.tensor([0, 255], dtype=torch.uint8).reshape(1, 1, 1, 2))
    assert probe.seen == (False, False, torch.float32)
    assert features.dtype == torch.float32
    assert features.flatten().tolist() == [0.0, 1.0]
    assert probe.training


def test_name_and_scaling():
    assert NetworkDescriptor("a", Probe()).name == "a"
    assert to_unit(torch.tensor([51], dtype=torch.uint8)).item() == torch.tensor(0.2).item()
