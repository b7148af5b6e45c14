"""Tensors as JSON: shape, element type and base64 of the little-endian data."""

import base64

import numpy
import torch


def decode_tensors(wire):
    return {name: decode(value) for name, value in wire.items()}


def decode(value):
    data = numpy.frombuffer(base64.b64decode(value["data"]), dtype=value["dtype"])
    return torch.from_numpy(data.reshape(value["shape"]).copy())


def encode_tensors(tensors):
    return {name: encode(value.detach().contiguous().numpy()) for name, value in tensors.items()}


def encode(array):
    data = base64.b64encode(array.tobytes()).decode()
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": data}
