"""DyRCNNx2, x4 and x8 as one writes them in plain PyTorch: a module for each area, lists of past responses, one loop.

Parameter names are those of the library, so that the same file of weights fits both. Skip connections are on, feedback is
off, the solver is Euler's, the delays are numbers of steps.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

#        name, channels in, between, out, kernel, stride, pooling after it
AREAS = {
    "x2": [("layer1", 3, None, 36, 3, 1, True), ("layer2", 36, None, 64, 3, 1, False)],
    "x4": [("V1", 3, None, 36, 3, 1, True), ("V2", 36, None, 64, 3, 1, True), ("V4", 64, None, 121, 3, 1, False),
           ("IT", 121, None, 256, 3, 2, False)],
    "x8": [("V1", 3, 64, 64, 5, 2, True), ("V2", 64, 144, 144, 3, 2, True), ("V4", 144, 256, 256, 3, 2, False),
           ("IT", 256, 529, 529, 3, 2, False)],
}
SKIPS = {"x2": {"layer2": "layer1"}, "x4": {"V4": "V1", "IT": "V2"}, "x8": {"V4": "V1", "IT": "V2"}}


class Full(nn.Module):
    def __init__(self, channels, kernel):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)

    def forward(self, h):
        return self.conv(h)


class Self(nn.Module):
    def __init__(self, channels, kernel):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, h):
        return self.weight * h + self.bias


class DepthPointwise(nn.Module):
    def __init__(self, channels, kernel):
        super().__init__()
        self.depthwise_conv = nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels)
        self.pointwise_conv = nn.Conv2d(channels, channels, 1)

    def forward(self, h):
        return self.pointwise_conv(self.depthwise_conv(h))


class PointDepthwise(DepthPointwise):
    def forward(self, h):
        return self.depthwise_conv(self.pointwise_conv(h))


class Local(nn.Module):
    """A convolution over the channels laid out as tiles, every second tile mirrored."""

    def __init__(self, channels, kernel):
        super().__init__()
        self.side = math.isqrt(channels)
        quarter = self.side // 4
        size = max(3, quarter if quarter % 2 else quarter + 1)
        self.conv = nn.Conv2d(1, 1, size, padding=size // 2, padding_mode="reflect")

    def mirror(self, tiles):  # (B,H,f,W,f)
        tiles = tiles.clone()
        tiles[:, 1::2] = tiles[:, 1::2].flip(2)
        tiles[:, :, :, 1::2] = tiles[:, :, :, 1::2].flip(4)
        return tiles

    def forward(self, h):
        b, c, height, width = h.shape
        f = self.side
        tiles = self.mirror(h.reshape(b, f, f, height, width).permute(0, 3, 1, 4, 2))
        plane = self.conv(tiles.reshape(b, 1, f * height, f * width))
        tiles = self.mirror(plane.reshape(b, height, f, width, f))
        return tiles.permute(0, 2, 4, 1, 3).reshape(b, c, height, width)


RECURRENCES = {"full": Full, "self": Self, "depthpointwise": DepthPointwise, "pointdepthwise": PointDepthwise,
               "local": Local}


class Area(nn.Module):
    def __init__(self, channels, between, out, kernel, stride, pooled, recurrence):
        super().__init__()
        self.conv = nn.Conv2d(channels, between or out, kernel, stride, kernel // 2)
        self.conv2 = nn.Conv2d(between, out, kernel, 1, kernel // 2) if between else None
        self.recurrence = RECURRENCES[recurrence](out, kernel)
        self.pooled = pooled

    def forward(self, x):
        x = self.conv(x)
        return x if self.conv2 is None else self.conv2(F.relu(x))


class Skip(nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 1)

    def forward(self, h, size):
        return F.interpolate(self.conv(h), size=size, mode="nearest")


class DyRCNN(nn.Module):
    numbers = ("tau",)  # of the file of weights: those that are no parameters here

    def __init__(self, model="x4", recurrence="full", n_timesteps=20, delay=3, dt=2.0, tau=5.0, n_classes=10):
        super().__init__()
        self.n_timesteps, self.delay, self.rate = n_timesteps, delay, dt / tau
        self.names = [name for name, *_ in AREAS[model]]
        self.skips = SKIPS[model]
        channels = {}
        for name, *numbers in AREAS[model]:
            self.add_module(name, Area(*numbers, recurrence))
            channels[name] = numbers[2]
        for target, source in self.skips.items():
            self.add_module(f"addskip_{target}", Skip(channels[source], channels[target]))
        self.classifier = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels[self.names[-1]], n_classes))

    def step(self, images, histories):  # (B,C,H,W) -> (B,K)
        x = images
        for name in self.names:
            area, history = getattr(self, name), histories[name]
            x = area(x)
            if len(history) >= self.delay:
                x = x + area.recurrence(history[-self.delay])
            if name in self.skips:
                x = x + getattr(self, f"addskip_{name}")(histories[self.skips[name]][-1], x.shape[-2:])
            x = history[-1] + self.rate * (x - history[-1]) if history else self.rate * x
            x = F.relu(x)
            history.append(x)
            if len(history) > self.delay:
                history.pop(0)
            if area.pooled:
                x = F.max_pool2d(x, 3, 2, 1)
        return self.classifier(x)

    def forward(self, images):  # (B,C,H,W) -> (B,T,K)
        histories = {name: [] for name in self.names}
        return torch.stack([self.step(images, histories) for _ in range(self.n_timesteps)], 1)
