"""Training of a continuous normalizing flow by maximum likelihood, fed with batches: for `train-cnf.mjs`."""

import time

import torch

from cnf_training import solver
from likelihood import LogDensityField, log_density, with_zero_column
from networks import mlp


class Trainer:
    def __init__(self, options, tensors):
        self.field = LogDensityField(mlp(tensors, options["activation"]), options["depth"])
        self.optimizer = torch.optim.Adam(self.field.parameters(), lr=options["learningRate"])
        self.solve = solver(self.field, options)
        self.times = torch.tensor([1.0, 0.0])

    def log_density(self, x):
        return log_density(self.solve(with_zero_column(x), self.times))

    def iterate(self, x):
        self.optimizer.zero_grad()
        loss = -self.log_density(x).mean()
        forward = self.field.calls
        loss.backward()
        self.optimizer.step()
        return loss.item(), forward

    def feed(self, tensors):
        """`batches` [n, batch, d]: n iterations. `x` [n, d]: log-densities at the present weights."""
        if "x" in tensors:
            self.field.calls = 0
            with torch.no_grad():
                values = self.log_density(tensors["x"])
            return {"nfe": self.field.calls}, {"values": values}
        losses, nfe = 0.0, 0
        start = time.perf_counter()
        for x in tensors["batches"]:
            self.field.calls = 0
            loss, forward = self.iterate(x)
            losses += loss
            nfe += forward
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "loss": losses, "nfe": nfe}, {}


def prepare(options, tensors):
    return Trainer(options, tensors), {}, {}
