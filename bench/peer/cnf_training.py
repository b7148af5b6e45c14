"""One iteration of maximum likelihood through torchdiffeq's dopri5, from data (s = 1) to base (s = 0), and Adam.

gradient `backprop`: through the solver's operations; `adjoint` and `seminorm`: `odeint_adjoint`.
"""

import torch

from likelihood import LogDensityField, log_density, with_zero_column
from networks import mlp


def solver(field, options):
    from torchdiffeq import odeint, odeint_adjoint

    common = {"rtol": options["tolerance"], "atol": options["tolerance"], "method": "dopri5"}
    kind = options["gradient"]

    def solve(start, times):
        if kind == "backprop":
            return odeint(field, start, times, **common)[-1]
        adjoint = {"adjoint_options": {"norm": "seminorm"}} if kind == "seminorm" else {}
        return odeint_adjoint(field, start, times, **common, **adjoint)[-1]

    return solve


def prepare(options, tensors):
    x = tensors.pop("x")
    field = LogDensityField(mlp(tensors, options["activation"]), options["depth"])
    optimizer = torch.optim.Adam(field.parameters(), lr=options["learningRate"])
    solve = solver(field, options)
    times = torch.tensor([1.0, 0.0], dtype=x.dtype)

    def loss_of(batch):
        return -log_density(solve(with_zero_column(batch), times)).mean()

    def iterate():
        optimizer.zero_grad()
        loss = loss_of(x)
        loss.backward()
        optimizer.step()
        return loss.item()

    field.calls = 0
    loss = loss_of(x)
    forward = field.calls
    loss.backward()
    gradients = {name.removeprefix("network."): value.grad.clone() for name, value in field.named_parameters()}
    facts = {"loss": loss.item(), "nfe": forward, "backward": field.calls - forward}
    return iterate, facts, gradients
