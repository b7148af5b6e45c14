"""Networks with given weights."""

import torch

ACTIVATIONS = {"tanh": torch.nn.Tanh, "softplus": torch.nn.Softplus, "silu": torch.nn.SiLU}


def mlp(weights, activation):
    """torch.nn.Sequential of Linear and activation out of `0.weight`, `0.bias`, `2.weight`, ..."""
    matrices = [value for name, value in weights.items() if name.endswith(".weight")]
    layers = []
    for matrix in matrices:
        layers += [torch.nn.Linear(matrix.shape[1], matrix.shape[0]), ACTIVATIONS[activation]()]
    network = torch.nn.Sequential(*layers[:-1])
    network.load_state_dict(weights)
    return network
