"""torchdiffeq's dopri5 on an MLP."""

import copy

import torch

from networks import VectorField, mlp


def prepare(options, tensors):
    from torchdiffeq import odeint

    z0 = tensors.pop("z0")
    field = VectorField(mlp(tensors, options["activation"]))
    span = torch.tensor(options["span"], dtype=z0.dtype)

    @torch.no_grad()
    def solve():
        return odeint(field, z0, span, rtol=options["rtol"], atol=options["atol"], method="dopri5")[-1]

    field.calls = 0
    final = solve()
    calls = field.calls
    precise = VectorField(copy.deepcopy(field.network).double())
    with torch.no_grad():
        tolerance = options["referenceTolerance"]
        reference = odeint(
            precise, z0.double(), span.double(), rtol=tolerance, atol=tolerance, method="dopri5"
        )[-1]
    return solve, {"nfe": calls}, {"final": final, "reference": reference}
