"""Training of an image classifier by midpoint steps, fed with batches: for `train-classifier.mjs`."""

import torch
from torch.nn.functional import cross_entropy
from torchdiffeq import odeint

CLASSIFIED_AT_ONCE = 100


class Classifier(torch.nn.Module):
    """`cifar10-notebook`, with the names that its values have in the package."""

    def __init__(self):
        super().__init__()
        same = {"kernel_size": 3, "padding": 1}
        conv, softplus = torch.nn.Conv2d, torch.nn.Softplus
        self.inlet = conv(3, 20, **same)
        self.field = torch.nn.Sequential(
            conv(20, 50, **same), softplus(), conv(50, 50, **same), softplus(), conv(50, 20, **same)
        )
        self.outlet = torch.nn.Sequential(conv(20, 1, **same), torch.nn.Flatten(), torch.nn.Linear(1024, 10))
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

    def by_dopri5(self, images, tolerance):
        times = torch.tensor([0.0, 1.0])
        return self.outlet(odeint(self.f, self.inlet(images), times, method="dopri5", rtol=tolerance, atol=tolerance)[-1])


class Trainer:
    def __init__(self, options, tensors):
        self.options = options
        self.model = Classifier()
        self.model.load_state_dict(tensors)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.best = {"accuracy": -1.0}

    def iterate(self, images, labels, mesh, rate):
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = cross_entropy(self.model.by_midpoint(images, mesh), labels)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.options["clipNorm"])
        self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def measured(self, images, labels, tolerance):
        pieces = range(0, len(labels), CLASSIFIED_AT_ONCE)
        right, self.model.calls = 0, 0
        for start in pieces:
            end = start + CLASSIFIED_AT_ONCE
            logits = self.model.by_dopri5(images[start:end], tolerance)
            right += (logits.argmax(1) == labels[start:end]).sum().item()
        return {"accuracy": right / len(labels), "nfe": self.model.calls / len(pieces)}

    def feed(self, tensors):
        """`meshes` [n, steps + 1], `rates` [n], images [n, batch, …], labels [n, batch]: n iterations. `tolerance` []: the
        accuracy on images [m, …], with the present values, which are kept if they are the best, or with the best (`final`)."""
        images, labels = tensors["images"], tensors["labels"].long()
        if "tolerance" in tensors:
            if "final" in tensors:
                self.model.load_state_dict(self.best["state"])
            facts = self.measured(images, labels, tensors["tolerance"].item())
            if facts["accuracy"] > self.best["accuracy"]:
                state = {name: value.clone() for name, value in self.model.state_dict().items()}
                self.best = {"accuracy": facts["accuracy"], "state": state}
            return facts, {}
        rounds = zip(images, labels, tensors["meshes"].tolist(), tensors["rates"].tolist())
        return {"loss": sum(self.iterate(*one) for one in rounds)}, {}


def prepare(options, tensors):
    return Trainer(options, tensors), {}, {}
