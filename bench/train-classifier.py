#!/usr/bin/env python3
"""The classifier of `hypersolvers reproduce cifar10`, trained by PyTorch alone: same architecture, schedule, solver and images.

python3 bench/train-classifier.py --data FOLDER --torchdiffeq FOLDER [--iterations 5000] [--threads 1] [--seed 0]

FOLDER holds CIFAR-10's binary files. Prints one JSON object a validation, and one with the test accuracy at the end.
"""

import argparse
import glob
import json
import math
import sys
import time

import numpy
import torch
from torch.nn.functional import cross_entropy

MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.247, 0.2435, 0.2616]).view(1, 3, 1, 1)
PADDING, VALIDATION_IMAGES, BATCH, CLIP, WARMUP = 4, 2000, 32, 1.0, 0.02


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--torchdiffeq", required=True)
    parser.add_argument("--iterations", type=int, default=5000)
    parser.add_argument("--validations", type=int, default=10)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def read(pattern):
    rows = numpy.concatenate([numpy.fromfile(name, numpy.uint8).reshape(-1, 3073) for name in sorted(glob.glob(pattern))])
    return torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(rows[:, 0].astype(numpy.int64))


def normalised(pixels):
    return (pixels.float() / 255 - MEAN) / DEVIATION


def varied(pixels, generator):
    """Each image cut at random from a black margin of 4, and every other one mirrored."""
    count = pixels.shape[0]
    padded = torch.nn.functional.pad(pixels, [PADDING] * 4)
    down, right = torch.randint(0, 2 * PADDING + 1, (2, count), generator=generator).tolist()
    mirrored = torch.rand(count, generator=generator) < 0.5
    cut = torch.stack([padded[i, :, down[i] : down[i] + 32, right[i] : right[i] + 32] for i in range(count)])
    return torch.where(mirrored.view(-1, 1, 1, 1), cut.flip(3), cut)


class Classifier(torch.nn.Module):
    """`cifar10-notebook`."""

    def __init__(self):
        super().__init__()
        same = {"kernel_size": 3, "padding": 1}
        softplus = torch.nn.Softplus
        self.inlet = torch.nn.Conv2d(3, 20, **same)
        self.field = torch.nn.Sequential(
            torch.nn.Conv2d(20, 50, **same), softplus(), torch.nn.Conv2d(50, 50, **same), softplus(), torch.nn.Conv2d(50, 20, **same)
        )
        self.outlet = torch.nn.Sequential(torch.nn.Conv2d(20, 1, **same), torch.nn.Flatten(), torch.nn.Linear(1024, 10))
        self.calls = 0

    def f(self, _s, z):
        self.calls += 1
        return self.field(z)

    def by_midpoint(self, images, mesh):
        z = self.inlet(images)
        for start, end in zip(mesh, mesh[1:]):
            dt = end - start
            z = z + dt * self.field(z + dt / 2 * self.field(z))
        return self.outlet(z)

    def by_dopri5(self, images, odeint, tolerance):
        times = torch.tensor([0.0, 1.0])
        return self.outlet(odeint(self.f, self.inlet(images), times, method="dopri5", rtol=tolerance, atol=tolerance)[-1])


def random_mesh(steps, generator):
    """Every inner point within half a step of its place."""
    offsets = torch.rand(steps + 1, generator=generator) - 0.5
    return [0.0, *[(k + offsets[k].item()) / steps for k in range(1, steps)], 1.0]


def learning_rate(iteration, total, highest):
    rise = math.ceil(total * WARMUP)
    if iteration < rise:
        return highest * (iteration + 1) / rise
    return highest * (1 + math.cos(math.pi * (iteration - rise) / (total - rise))) / 2


@torch.no_grad()
def accuracy(model, pixels, labels, odeint, tolerance):
    model.eval()
    right, model.calls, batches = 0, 0, 0
    for start in range(0, len(labels), 100):
        logits = model.by_dopri5(normalised(pixels[start : start + 100]), odeint, tolerance)
        right += (logits.argmax(1) == labels[start : start + 100]).sum().item()
        batches += 1
    model.train()
    return {"accuracy": right / len(labels), "nfe": model.calls / batches}


def main():
    options = arguments()
    sys.path.insert(0, options.torchdiffeq)
    from torchdiffeq import odeint

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    pixels, labels = read(f"{options.data}/data_batch_*.bin")
    order = torch.randperm(len(labels), generator=generator)
    held, kept = order[:VALIDATION_IMAGES], order[VALIDATION_IMAGES:]
    model = Classifier()
    optimizer = torch.optim.Adam(model.parameters())
    best = {"accuracy": -1.0}
    started, queue, losses = time.perf_counter(), torch.empty(0, dtype=torch.int64), []
    for iteration in range(options.iterations):
        if len(queue) < BATCH:
            queue = kept[torch.randperm(len(kept), generator=generator)]
        chosen, queue = queue[:BATCH], queue[BATCH:]
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(iteration, options.iterations, options.learning_rate)
        logits = model.by_midpoint(normalised(varied(pixels[chosen], generator)), random_mesh(options.steps, generator))
        loss = cross_entropy(logits, labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        losses.append(loss.item())
        if (iteration + 1) % math.ceil(options.iterations / options.validations) == 0 or iteration + 1 == options.iterations:
            measured = accuracy(model, pixels[held], labels[held], odeint, 1e-3)
            if measured["accuracy"] > best["accuracy"]:
                best = {**measured, "state": {name: value.clone() for name, value in model.state_dict().items()}}
            seconds = time.perf_counter() - started
            point = {"iteration": iteration + 1, "loss": sum(losses) / len(losses), "validation": measured, "seconds": seconds}
            print(json.dumps(point), flush=True)
            losses = []
    model.load_state_dict(best["state"])
    pixels, labels = read(f"{options.data}/test_batch.bin")
    print(json.dumps({"test": accuracy(model, pixels, labels, odeint, 1e-4), "images": len(labels)}), flush=True)


if __name__ == "__main__":
    main()
