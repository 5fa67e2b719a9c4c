"""CORnet-RT and CordsNet as one writes them in plain PyTorch, after their publications: modules, a dictionary of states, a loop.

Parameter names are those of the library, so that the same file of weights fits both.

    CORnet-RT   Kubilius et al. 2018, "CORnet: modeling the neural mechanisms of core object recognition"
    CordsNet    Soo, Battista, Radmard & Wang 2024, "Recurrent neural network dynamical systems for biological vision"
"""
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import weight_norm


class CORnetArea(nn.Module):
    """m = relu(GN(W1 * x + b1)) + r; r <- relu(GN(W2 * m)). Without input m = 0 + r."""

    def __init__(self, channels, out, kernel, stride):
        super().__init__()
        self.conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2)
        self.mid_modules = nn.GroupNorm(32, out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)

    def middle(self, x):
        return F.relu(self.mid_modules(self.conv(x)))


class CORnetRT(nn.Module):
    numbers = ("recurrence",)  # of the file of weights: the self weight is 1

    #        name, channels in, out, kernel, stride, reduction of the image
    AREAS = [("V1", 3, 64, 7, 4, 4), ("V2", 64, 128, 3, 2, 8), ("V4", 128, 256, 3, 2, 16), ("IT", 256, 512, 3, 2, 32)]

    def __init__(self, n_timesteps=5, n_classes=10):
        super().__init__()
        self.n_timesteps = n_timesteps
        for name, *numbers, _ in self.AREAS:
            self.add_module(name, CORnetArea(*numbers))
            self.add_module(f"norm_{name}", nn.GroupNorm(32, numbers[1]))
        self.classifier = nn.ModuleDict({"2": nn.Linear(512, n_classes)})

    def step(self, images, before):  # (B,C,H,W), responses of the step before -> responses
        now = {}
        signal = images
        for name, _, channels, _, _, reduction in self.AREAS:
            area = getattr(self, name)
            if signal is None:
                size = [length // reduction for length in images.shape[-2:]]
                middle = images.new_zeros(len(images), channels, *size)
            else:
                middle = area.middle(signal)
            if name in before:
                middle = middle + before[name]
            now[name] = F.relu(getattr(self, f"norm_{name}")(area.conv2(middle)))
            signal = before.get(name)
        return now, self.classifier["2"](now["IT"].mean((2, 3)))

    def forward(self, images):  # (B,C,H,W) -> (B,T,K)
        outputs, responses = [], {}
        for _ in range(self.n_timesteps):
            responses, output = self.step(images, responses)
            outputs.append(output)
        return torch.stack(outputs, 1)


def convolution(channels, out, kernel, stride=1):
    return weight_norm(nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False))


class CordsArea(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv = convolution(channels, out, 3, stride)
        self.recurrence = nn.ModuleDict({"conv": convolution(out, out, 3)})

    def forward(self, x, r):
        return self.conv(x) + self.recurrence["conv"](r)


class PlaceBias(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(*shape))


class Through(nn.Module):
    def __init__(self, *numbers):
        super().__init__()
        self.conv = convolution(*numbers)


class CordsNet(nn.Module):
    """tau dr/dt = -r + relu(W * x + rec(r) + b), Euler's steps; every area sees those before it one step ago."""
    numbers = ("tau",)

    OUT = [64, 64, 64, 128, 128, 256, 256, 512, 512]  # of layer0 ... layer8
    STRIDES = [2, 1, 1, 2, 1, 2, 1, 2, 1]

    def __init__(self, n_timesteps=20, n_idle=20, size=64, n_classes=10, dt=2.0, tau=10.0):
        super().__init__()
        self.n_timesteps, self.n_idle, self.rate = n_timesteps, n_idle, dt / tau
        self.layer0 = Through(3, 64, 7, 2)
        self.shapes = [(64, size // 4, size // 4)]
        for l in range(1, 9):
            channels, out, stride = self.OUT[l - 1], self.OUT[l], self.STRIDES[l]
            size = self.shapes[-1][1] // stride
            self.shapes.append((out, size, size))
            self.add_module(f"layer{l}", CordsArea(channels, out, stride))
            self.add_module(f"addbias_layer{l}", PlaceBias(out, size, size))
        self.addskip_layer2 = Through(64, 64, 3)
        for l in (4, 6, 8):
            self.add_module(f"addskip_layer{l}", Through(self.OUT[l - 2], self.OUT[l - 1], 1, 2))
        self.classifier = nn.ModuleDict({"3": weight_norm(nn.Linear(512, n_classes))})

    def skip(self, l, r):
        return getattr(self, f"addskip_layer{l}").conv(r) if l % 2 == 0 else r

    def step(self, images, r):  # (B,C,H,W), the layers' responses of the step before -> responses
        p = F.avg_pool2d(self.layer0.conv(images), 3, 2, 1)
        now = [p]
        for l in range(1, 9):
            x = p if l == 1 else r[l - 1] + self.skip(l, p if l == 2 else r[l - 2])
            drive = F.relu(getattr(self, f"layer{l}")(x, r[l]) + getattr(self, f"addbias_layer{l}").bias)
            now.append(F.relu(r[l] + self.rate * (drive - r[l])))
        return now

    def head(self, r):
        return self.classifier["3"]((r[7] + r[8]).mean((2, 3)))

    def forward(self, images):  # (B,C,H,W) -> (B,T,K)
        r = [images.new_zeros(len(images), *shape) for shape in self.shapes]
        with torch.no_grad():
            for _ in range(self.n_idle):
                r = self.step(torch.zeros_like(images), r)
        outputs = []
        for _ in range(self.n_timesteps):
            r = self.step(images, r)
            outputs.append(self.head(r))
        return torch.stack(outputs, 1)
