"""One iteration of fitting a correction: mean squared error, AdamW."""

import torch

from networks import mlp


def prepare(options, tensors):
    x, y = tensors.pop("x"), tensors.pop("y")
    network = mlp(tensors, options["activation"])
    optimizer = torch.optim.AdamW(network.parameters(), lr=options["learningRate"], weight_decay=0.01)
    loss = ((network(x) - y) ** 2).mean()
    loss.backward()
    gradients = {name: value.grad.clone() for name, value in network.named_parameters()}

    def iterate():
        optimizer.zero_grad()
        value = ((network(x) - y) ** 2).mean()
        value.backward()
        optimizer.step()
        return value.item()

    return iterate, {"loss": loss.item()}, gradients
