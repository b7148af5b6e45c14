"""Samples of a flow by torchdiffeq's dopri5, from base to data."""

import copy

import torch

from networks import VectorField, mlp


def prepare(options, tensors):
    from torchdiffeq import odeint

    z0 = tensors.pop("z0")
    shift, scale = tensors.pop("shift"), tensors.pop("scale")
    shape = {"depth": options["depth"], "input_bound": options["inputBound"], "max_speed": options["maxSpeed"]}
    field = VectorField(mlp(tensors, options["activation"]), **shape)
    span = torch.tensor(options["span"], dtype=z0.dtype)

    def pushed(f, z, tolerance):
        times = span.to(z.dtype)
        end = odeint(f, z, times, rtol=tolerance, atol=tolerance, method="dopri5")[-1]
        return shift.to(z.dtype) + scale.to(z.dtype) * end

    @torch.no_grad()
    def sample():
        return pushed(field, z0, options["tolerance"])

    field.calls = 0
    samples = sample()
    calls = field.calls
    if not options["check"]:
        return sample, {"nfe": calls}, {}
    precise = VectorField(copy.deepcopy(field.network).double(), **shape)
    with torch.no_grad():
        reference = pushed(precise, z0.double(), options["referenceTolerance"])
    return sample, {"nfe": calls}, {"samples": samples, "reference": reference}
