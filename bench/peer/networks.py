"""Networks with given weights."""

import torch

ACTIVATIONS = {
    "tanh": torch.nn.Tanh,
    "softplus": torch.nn.Softplus,
    "silu": torch.nn.SiLU,
    "relu": torch.nn.ReLU,
    "elu": torch.nn.ELU,
}


def mlp(weights, activation):
    """torch.nn.Sequential of Linear and activation out of `0.weight`, `0.bias`, `2.weight`, ...

    activation: one name, or one a hidden layer.
    """
    names = sorted((name for name in weights if name.endswith(".weight")), key=lambda name: int(name.split(".")[0]))
    hidden = len(names) - 1
    between = [activation] * hidden if isinstance(activation, str) else activation
    layers = []
    for i, name in enumerate(names):
        matrix = weights[name]
        layers.append(torch.nn.Linear(matrix.shape[1], matrix.shape[0]))
        if i < hidden:
            layers.append(ACTIVATIONS[between[i]]())
    network = torch.nn.Sequential(*layers)
    network.load_state_dict(weights)
    return network


class VectorField(torch.nn.Module):
    """dz/ds = f(s, z), counting evaluations; with depth f(s, z) = network(z with s as one column more).

    input_bound: the network sees input_bound * tanh(z / input_bound) instead of z; max_speed bounds its result in the same way.
    """

    def __init__(self, network, depth=False, input_bound=None, max_speed=None):
        super().__init__()
        self.network = network
        self.depth = depth
        self.input_bound = input_bound
        self.max_speed = max_speed
        self.calls = 0

    def slope(self, s, z):
        if self.input_bound is not None:
            z = self.input_bound * torch.tanh(z / self.input_bound)
        if self.depth:
            z = torch.cat([z, s.to(z.dtype).expand(z.shape[0], 1)], 1)
        dz = self.network(z)
        return dz if self.max_speed is None else self.max_speed * torch.tanh(dz / self.max_speed)

    def forward(self, s, z):
        self.calls += 1
        return self.slope(s, z)
