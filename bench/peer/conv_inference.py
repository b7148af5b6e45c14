"""A Neural ODE classifier of images: HyperEuler in a Python loop, or torchdiffeq's dopri5."""

import torch


SAME = {"kernel_size": 3, "padding": 1}


def authors():
    """Batch norm and a convolution; f of two convolutions; the state dict's names and those of the parts here."""
    inlet = torch.nn.Sequential(torch.nn.BatchNorm2d(1), torch.nn.Conv2d(1, 32, **SAME))
    f = torch.nn.Sequential(torch.nn.Conv2d(32, 80, **SAME), torch.nn.Softplus(), torch.nn.Conv2d(80, 32, **SAME))
    names = {"0.": "inlet.0.", "1.": "inlet.1.", "2.defunc.m.": "f.", "4.": "outlet.0.", "6.": "outlet.2."}
    return 32, inlet, f, names


class Augmenter(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.augment_func = torch.nn.Conv2d(1, 11, **SAME)

    def forward(self, images):
        return torch.cat([self.augment_func(images), images], 1)


def paper():
    """The image and 11 channels of a convolution; f of group norm and three convolutions."""
    tanh = torch.nn.Tanh
    f = torch.nn.Sequential(
        *(torch.nn.GroupNorm(3, 12), torch.nn.Conv2d(12, 64, **SAME), tanh(), torch.nn.Conv2d(64, 64, **SAME), tanh()),
        torch.nn.Conv2d(64, 12, **SAME),
    )
    return 12, Augmenter(), f, {"inlet.": "inlet.", "field.": "f.", "outlet.": "outlet."}


ARCHITECTURES = {"mnist-authors": authors, "mnist-paper": paper}


class Classifier(torch.nn.Module):
    """h_x, f and h_y with the values of a state dict, and the paper's g."""

    def __init__(self, architecture, state):
        super().__init__()
        channels, self.inlet, self.f, names = ARCHITECTURES[architecture]()
        head = torch.nn.Conv2d(channels, 1, **SAME)
        self.outlet = torch.nn.Sequential(head, torch.nn.Flatten(), torch.nn.Linear(784, 10))
        layers = torch.nn.Conv2d(2 * channels + 1, 32, **SAME), torch.nn.PReLU(32), torch.nn.Conv2d(32, channels, **SAME)
        self.g = torch.nn.Sequential(*layers)
        names["g."] = "g."
        renamed = {}
        for name, value in state.items():
            prefix = next(own for own in names if name.startswith(own))
            renamed[names[prefix] + name[len(prefix) :]] = value
        missing = self.load_state_dict(renamed, strict=False)
        if missing.unexpected_keys or any("num_batches" not in key for key in missing.missing_keys):
            raise ValueError(f"{architecture}: {missing}")
        self.eval()
        self.calls = 0

    def forward(self, _s, z):
        self.calls += 1
        return self.f(z)


def prepare(options, tensors):
    images = tensors.pop("images")
    model = Classifier(options["architecture"], tensors)
    steps = options["steps"]

    def hyper(z):
        epsilon = 1 / steps
        for k in range(steps):
            dz = model.f(z)
            s = torch.full_like(z[:, :1], k * epsilon)
            z = z + epsilon * dz + epsilon**2 * model.g(torch.cat([z, dz, s], 1))
        return z

    def adaptive(z):
        from torchdiffeq import odeint

        span = torch.tensor([0.0, 1.0])
        return odeint(model, z, span, rtol=options["tolerance"], atol=options["tolerance"], method="dopri5")[-1]

    solve = hyper if options["way"] == "hyper" else adaptive

    @torch.no_grad()
    def classify():
        return model.outlet(solve(model.inlet(images)))

    logits = classify()
    nfe = steps if options["way"] == "hyper" else model.calls
    return classify, {"nfe": nfe}, {"logits": logits}
