"""The likelihood of a continuous normalizing flow, for torchdiffeq."""

import math

import torch

from networks import VectorField


class LogDensityField(VectorField):
    """d(z, l)/ds = (f(s, z), -div f) on one tensor [batch, d + 1], so that error norms see what ours see.

    The exact divergence takes d calls of autograd.grad. Where nothing will be differentiated no graph is kept.
    """

    def forward(self, s, state):
        self.calls += 1
        differentiable = torch.is_grad_enabled()
        with torch.enable_grad():
            z = state[:, :-1]
            if not z.requires_grad:
                z = z.detach().requires_grad_(True)
            dz = self.slope(s, z)
            trace = 0.0
            for i in range(z.shape[1]):
                row = torch.autograd.grad(dz[:, i].sum(), z, create_graph=differentiable, retain_graph=True)[0]
                trace = trace + row[:, i : i + 1]
        slope = torch.cat([dz, -trace], 1)
        return slope if differentiable else slope.detach()


def with_zero_column(x):
    return torch.cat([x, torch.zeros_like(x[:, :1])], 1)


def log_density(end):
    """log p(x) of standard normal base, [batch], from the state at the base."""
    z, change = end[:, :-1], end[:, -1]
    return -0.5 * (z * z).sum(1) - 0.5 * z.shape[1] * math.log(2 * math.pi) - change
