"""One iteration of an FFJORD-like flow: RK4, exact trace by two calls of autograd.grad, Adam."""

import math

import torch

from networks import mlp


def derivative(network, z):
    """(dz/ds, trace of its Jacobian), differentiable."""
    dz = network(z)
    trace = 0.0
    for i in range(z.shape[1]):
        trace = trace + torch.autograd.grad(dz[:, i].sum(), z, create_graph=True)[0][:, i]
    return dz, trace


def rk4(network, z, logp, dt):
    k1, t1 = derivative(network, z)
    k2, t2 = derivative(network, z + 0.5 * dt * k1)
    k3, t3 = derivative(network, z + 0.5 * dt * k2)
    k4, t4 = derivative(network, z + dt * k3)
    return (
        z + (dt / 6) * (k1 + 2 * k2 + 2 * k3 + k4),
        logp + (dt / 6) * (t1 + 2 * t2 + 2 * t3 + t4),
    )


def negative_log_likelihood(network, x, steps):
    z = x.clone().requires_grad_(True)
    change = torch.zeros(x.shape[0])
    for _ in range(steps):
        z, change = rk4(network, z, change, 1 / steps)
    normal = -0.5 * (z * z).sum(1) - 0.5 * x.shape[1] * math.log(2 * math.pi)
    return -(normal + change).mean()


def prepare(options, tensors):
    x = tensors.pop("x")
    network = mlp(tensors, options["activation"])
    optimizer = torch.optim.Adam(network.parameters(), lr=options["learningRate"])
    loss = negative_log_likelihood(network, x, options["steps"])
    loss.backward()
    gradients = {name: value.grad.clone() for name, value in network.named_parameters()}

    def iterate():
        optimizer.zero_grad()
        value = negative_log_likelihood(network, x, options["steps"])
        value.backward()
        optimizer.step()
        return value.item()

    return iterate, {"loss": loss.item()}, gradients
