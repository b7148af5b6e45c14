"""One iteration of a convolutional Neural ODE in Euler steps: mean squared error, Adam; NCHW or channels_last."""

import torch

from networks import ACTIVATIONS


def network_of(weights, activation):
    """torch.nn.Sequential out of `0.weight`, `0.bias`, `2.weight`, ...: a vector's is a GroupNorm of three groups, the others
    are of convolutions that keep the size, with an activation between them."""
    names = sorted((name for name in weights if name.endswith(".weight")), key=lambda name: int(name.split(".")[0]))
    layers = []
    for name in names:
        if weights[name].dim() == 1:
            layers.append(torch.nn.GroupNorm(3, len(weights[name])))
            continue
        outputs, inputs, rows, _ = weights[name].shape
        layers += [torch.nn.Conv2d(inputs, outputs, rows, padding=rows // 2), ACTIVATIONS[activation]()]
    network = torch.nn.Sequential(*layers[:-1])
    network.load_state_dict(weights)
    return network


def prepare(options, tensors):
    x, y = tensors.pop("x"), tensors.pop("y")
    network = network_of(tensors, options["activation"])
    if options.get("channelsLast"):
        network = network.to(memory_format=torch.channels_last)
        x, y = (value.contiguous(memory_format=torch.channels_last) for value in (x, y))
    optimizer = torch.optim.Adam(network.parameters(), lr=options["learningRate"])
    steps = options["steps"]

    def loss_of():
        z = x
        for _ in range(steps):
            z = z + network(z) / steps
        return ((z - y) ** 2).mean()

    loss = loss_of()
    loss.backward()
    gradients = {name: value.grad.clone() for name, value in network.named_parameters()}

    def iterate():
        optimizer.zero_grad()
        value = loss_of()
        value.backward()
        optimizer.step()
        return value.item()

    return iterate, {"loss": loss.item()}, gradients
