"""Networks of one shape that are trained as one: their weights lie side by side, one pass serves them all.

`torch.func.vmap` turns each convolution into a grouped one and each linear layer into a batched product, so a GPU
starts as many kernels for N small networks as for one. What vmap cannot do as it stands is done here:

- PyTorch's GroupNorm asks for memory formats that vmap does not know: a twin gets contiguous maps.
- autocast reaches some layers under vmap and not others: weights and pictures are cast here, and the norms, as
  under autocast, compute in float32.

Each network keeps an AdamW, a gradient scale and a clipping of its own, over one flat tensor of its weights: what
one of them meets, an overflow included, does not touch the others.
"""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel

from training.experiments.colored_mnist.arithmetic import Arithmetic, compile_mode
from training.experiments.colored_mnist.settings import PhaseSettings, Precision
from training.running.loop import make_optimizer, set_rate


class Stack:
    """N networks of one shape. The models that it is made of are copied, not changed."""

    def __init__(self, models: Sequence[nn.Module], compiled: bool = False) -> None:
        first = models[0]
        self.weights = [nn.Parameter(flat_weights(model)) for model in models]
        """(P,) trainable weights of each network, contiguous, one after the other."""
        self._shapes = {name: p.shape for name, p in first.named_parameters() if p.requires_grad}
        states = [model.state_dict() for model in models]
        others = [name for name in states[0] if name not in self._shapes]
        self._others = {name: torch.stack([state[name] for state in states]).contiguous() for name in others}
        self._skeleton = _skeleton(first)
        self._exact = _weights_of_norms(self._skeleton)
        self._compiled = torch.compile(self._forward, mode=compile_mode(self.device)) if compiled else self._forward

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.weights[0].device

    def train(self, inputs: Tensor, dtype: torch.dtype | None = None) -> Tensor:
        """(N, B, ...), a batch for each network, to their answers in training, computed in `dtype` (None: as given).

        Dropout draws once for all, from PyTorch's global generator.
        """
        self._skeleton.train()
        return self._compiled(self.weights, inputs, dtype)

    def evaluate(self, inputs: Tensor, dtype: torch.dtype | None = None) -> Tensor:
        """(N, B, ...), a batch for each network, to their answers in evaluation, without gradients."""
        self._skeleton.eval()
        with torch.no_grad():
            return self._forward(self.weights, inputs, dtype)

    def snapshot(self, member: int) -> Tensor:
        """(P,) the weights of a network as they are now."""
        return self.weights[member].detach().clone()

    def load(self, model: nn.Module, flat: Tensor) -> nn.Module:
        """Give a model of the same shape the trainable weights (P,) of a snapshot."""
        named = self._named(flat[None])
        model.load_state_dict({name: value[0] for name, value in named.items()}, strict=False)
        return model

    def _forward(self, weights: Sequence[Tensor], inputs: Tensor, dtype: torch.dtype | None) -> Tensor:
        flat = torch.stack(list(weights))
        named = self._named(flat) | self._others
        if dtype is not None:
            cast = self._named(flat.to(dtype)) | {name: value.to(dtype) for name, value in self._others.items()}
            named = {name: value if name in self._exact else cast[name] for name, value in named.items()}
            inputs = inputs.to(dtype)
        run = torch.vmap(self._answer, randomness="different")
        if inputs.device.type != "cpu":
            return run(named, inputs)
        with sdpa_kernel(SDPBackend.MATH):  # vmap knows no fused attention of a CPU
            return run(named, inputs)

    def _answer(self, weights: dict[str, Tensor], inputs: Tensor) -> Tensor:
        return functional_call(self._skeleton, weights, (inputs,))

    def _named(self, flat: Tensor) -> dict[str, Tensor]:
        """The weights (N, P) by name: (N, *shape)."""
        parts = flat.split([shape.numel() for shape in self._shapes.values()], dim=1)
        return {name: part.unflatten(1, shape) for part, (name, shape) in zip(parts, self._shapes.items(), strict=True)}


class Descent:
    """The optimisers of a stack: one for each network."""

    def __init__(self, stack: Stack, phase: PhaseSettings, precision: Precision) -> None:
        self._phase = phase
        fused = stack.device.type == "cuda"  # a fused step asks the GPU, not the host, whether to skip
        self._optimizers = [make_optimizer(nn.ParameterList([w]), phase.optimizer, fused) for w in stack.weights]
        self._arithmetic = [Arithmetic(stack.device, precision) for _ in stack.weights]

    @property
    def type(self) -> torch.dtype | None:
        """The reduced type of the arithmetic; None: float32 throughout."""
        return self._arithmetic[0].type

    def set_rate(self, step: int) -> None:
        """Learning rate and beta1 of a step."""
        for optimizer in self._optimizers:
            set_rate(optimizer, step, self._phase.steps, self._phase.optimizer)

    def descend(self, losses: Sequence[Tensor]) -> None:
        """One step of each network on the gradient of its own loss (0-d)."""
        scaled = [arithmetic.scaled(loss) for arithmetic, loss in zip(self._arithmetic, losses, strict=True)]
        torch.stack(scaled).sum().backward()
        for arithmetic, optimizer in zip(self._arithmetic, self._optimizers, strict=True):
            arithmetic.step(optimizer, self._phase.optimizer)


def flat_weights(model: nn.Module) -> Tensor:
    """(P,) the trainable weights of a model, a copy, whatever their layout."""
    return torch.cat([p.detach().contiguous().flatten() for p in model.parameters() if p.requires_grad])


class _Norm(nn.GroupNorm):
    """GroupNorm in float32 at least, over contiguous maps: what vmap can do."""

    def forward(self, input: Tensor) -> Tensor:
        wide = torch.promote_types(input.dtype, torch.float32)
        return super().forward(input.contiguous().to(wide)).to(input.dtype)


def _skeleton(model: nn.Module) -> nn.Module:
    """The model without weights, and with norms that vmap can do."""
    skeleton = copy.deepcopy(model).to("meta")
    for parent in list(skeleton.modules()):
        for name, child in parent.named_children():
            if isinstance(child, nn.GroupNorm):
                setattr(parent, name, _Norm(child.num_groups, child.num_channels, child.eps, device="meta"))
    return skeleton


def _weights_of_norms(skeleton: nn.Module) -> set[str]:
    """Names of the weights that stay in float32."""
    norms = [name for name, module in skeleton.named_modules() if isinstance(module, _Norm)]
    return {f"{name}.{part}" for name in norms for part in ("weight", "bias")}
