#!/usr/bin/env python3
"""Stands in for the published program: DyRCNN models by its rules, oddities included, in plain PyTorch and float64.

    stand_in.py FOLDER                 makes files of configurations that no published file has (stand_in/)
    stand_in.py --check FILE...        compares itself with published files of DyRCNN models: 1e-15 on outputs

What the rules are is said in ../../docs/parity.md and deviations.hpp: histories of so many steps, delays rounded down or to even,
a solver that falls back to its own state, input adaption that keeps the first frame, units counted once.
"""
import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from reduce import at, read, recipe, reduce, statistics, write

X4 = {"layers": ["V1", "V2", "V4", "IT"], "pool": ["V1", "V2"], "skip": {"V4": "V1", "IT": "V2"},
      "feedback": {"V1": "V4", "V2": "IT"}}
MODELS = {
    "DyRCNNx2": {"layers": ["layer1", "layer2"], "pool": ["layer1"], "skip": {"layer2": "layer1"},
                 "feedback": {"layer1": "layer2"}, "conv": [(36, 3, 1), (64, 3, 1)], "twice": False},
    "DyRCNNx4": {**X4, "conv": [(36, 3, 1), (64, 3, 1), (121, 3, 1), (256, 3, 2)], "twice": False},
    "DyRCNNx8": {**X4, "conv": [(64, 5, 2), (144, 3, 2), (256, 3, 2), (529, 3, 2)], "twice": True},
}
OPERATIONS = ["layer", "addext", "addskip", "addfeedback", "tstep", "nonlin", "supralin", "record", "delay", "pool"]


def made(shape, seed, scale, offset=0.0):
    return (offset + scale * recipe(seed, math.prod(shape))).astype("<f4").reshape(shape)


def strategy(ctor):
    """None, "additive" or "multiplicative": how feedback arrives."""
    feedback = ctor.get("feedback", False)
    mode = feedback if isinstance(feedback, str) else ctor.get("feedback_mode", "additive") if feedback else None
    return mode and ("multiplicative" if mode.startswith("mul") else "additive")


def plane_kernel(channels):
    q = math.isqrt(channels) // 4
    return max(3, q + (q % 2 == 0))


def shrunk(size, kernel, stride):
    return tuple((n + 2 * (kernel // 2) - kernel) // stride + 1 for n in size)


class Recipes:
    """The parameters that a configuration has, in the order of the program, and how each is made."""

    def __init__(self, cls, ctor, seed, taus=None):
        self.all, self.seed = [], seed
        model = MODELS[cls]
        bias, tau = ctor.get("bias", True), ctor.get("tau", 5.0)
        connected = not ctor.get("feedforward_only", False)
        taus = taus or [tau] * len(model["layers"])
        if cls != "DyRCNNx2":
            for name, value in zip(model["layers"], taus):
                self.constant("tau_" + name, value, ctor.get("train_tau", False))
        channels = {name: numbers[0] for name, numbers in zip(model["layers"], model["conv"])}
        entering = ctor["input_dims"][-3]
        for name, (out, kernel, _), value in zip(model["layers"], model["conv"], taus):
            self.convolution(name + ".conv", (out, entering, kernel, kernel), 2.2045, bias)
            if model["twice"]:
                self.convolution(name + ".conv2", (out, out, kernel, kernel), 2.2045, bias)
            if connected:
                target = {"output": out, "middle": out, "input": entering}[ctor.get("recurrence_target", "output")]
                self.recurrence(name + ".recurrence.", ctor.get("recurrence_type", "full"), out, target, kernel, bias)
            if cls == "DyRCNNx2":
                self.constant(f"tstep_{name}.tau", value, False)
            for kind, on in (("skip", ctor.get("skip", True)), ("feedback", strategy(ctor))):
                if on and connected and name in model[kind]:  # with its bias, whatever `bias` says
                    source = channels[model[kind][name]]
                    self.convolution(f"add{kind}_{name}.conv", (out, source, 1, 1), 1.0, True)
            entering = out
        self.recipe("classifier.2.weight", (ctor.get("n_classes", 1000), entering), 0.866 / math.sqrt(entering))
        self.recipe("classifier.2.bias", (ctor.get("n_classes", 1000),), 0.1)
        if ctor.get("supralinearity", 1) != 1:
            self.constant("supralin.n", ctor["supralinearity"], False)
            self.constant("supralin.k", 0.8, False)
        if ctor.get("input_adaption_weight", 0):
            self.constant("input_adaption.recurrence.weight", ctor["input_adaption_weight"], True, [1])

    def recipe(self, name, shape, scale, offset=0.0):
        self.all.append({"name": name, "shape": list(shape), "init": "recipe", "seed": self.seed * 1000 + len(self.all),
                         "scale": float(np.float32(scale)), "offset": offset, "requires_grad": True})

    def constant(self, name, value, learned, shape=()):
        self.all.append({"name": name, "shape": list(shape), "init": "constant", "value": [float(np.float32(value))],
                         "requires_grad": learned})

    def convolution(self, name, shape, size, bias):
        self.recipe(name + ".weight", shape, size / math.sqrt(math.prod(shape[1:])))
        if bias:
            self.recipe(name + ".bias", shape[:1], 0.1)

    def recurrence(self, path, kind, c, d, k, bias):
        plane = (1, 1, plane_kernel(c), plane_kernel(c))
        rows = {"full": [("conv", (d, c, k, k))], "depthwise": [("conv", (c, 1, k, k))],
                "pointwise": [("conv", (d, c, 1, 1))],
                "depthpointwise": [("depthwise_conv", (c, 1, k, k)), ("pointwise_conv", (d, c, 1, 1))],
                "pointdepthwise": [("pointwise_conv", (d, c, 1, 1)), ("depthwise_conv", (d, 1, k, k))],
                "local": [("conv", plane)], "localdepthwise": [("local_conv.conv", plane), ("patchy_conv", (c, 1, k, k))],
                "self": [], "none": []}
        for name, shape in rows[kind]:
            self.convolution(path + name, shape, 1.039, bias)
        if kind == "self":
            self.recipe(path + "weight", (1,), 0.1, 0.35)
            if bias:
                self.recipe(path + "bias", (1,), 0.1)


class Program:
    """One model with its state: step() is a time step, run() a batch."""

    def __init__(self, cls, ctor, recipes, solver="euler", stored=None):
        self.cls, self.ctor, self.model, self.solver = cls, ctor, MODELS[cls], solver
        self.names, self.dt = self.model["layers"], ctor.get("dt", 2.0)
        forward, lateral = ctor.get("t_feedforward", 0.0), ctor.get("t_recurrence", 6.0)
        back, skip = ctor.get("t_feedback", 30.0), ctor.get("t_skip", 0.0)
        self.connected, self.skip, self.feedback = not ctor.get("feedforward_only", False), ctor.get("skip", True), strategy(ctor)
        self.d_forward, self.d_lateral = int(forward / self.dt), int(lateral / self.dt)
        self.d_back, self.d_skip = round(back / self.dt), round(skip / self.dt) + 1  # half to even
        self.history_ms = max([forward, lateral] + [back] * bool(self.feedback) + [skip + self.dt] * bool(self.skip))
        self.n_history = int(self.history_ms / self.dt)
        self.p = {}
        for entry in recipes:
            if entry["init"] == "recipe":
                value = made(entry["shape"], entry["seed"], entry["scale"], entry.get("offset", 0.0))
            else:
                value = np.resize(np.array(entry["value"], "<f4"), entry["shape"])
            value = (stored or {}).get("param." + entry["name"], value)
            self.p[entry["name"]] = torch.tensor(value.astype("<f8"), requires_grad=entry["requires_grad"])

    # --- parts

    def convolve(self, name, x, stride=1, groups=1):
        weight = self.p[name + ".weight"]
        return F.conv2d(x, weight, self.p.get(name + ".bias"), stride, weight.shape[2] // 2, 1, groups)

    def on_plane(self, name, h):
        """A convolution of the plane on which the channels of a place are a tile; odd tiles are mirrored."""
        b, c, height, width = h.shape
        f = math.isqrt(c)

        def mirrored(tiles):  # (B,H,W,rows,columns)
            tiles = torch.where((torch.arange(width) % 2 == 1).view(1, 1, -1, 1, 1), tiles.flip(4), tiles)
            return torch.where((torch.arange(height) % 2 == 1).view(1, -1, 1, 1, 1), tiles.flip(3), tiles)

        tiles = mirrored(h.reshape(b, f, f, height, width).permute(0, 3, 4, 1, 2))
        plane = tiles.permute(0, 1, 3, 2, 4).reshape(b, 1, f * height, f * width)
        weight = self.p[name + ".weight"]
        plane = F.conv2d(F.pad(plane, (weight.shape[2] // 2,) * 4, mode="reflect"), weight, self.p.get(name + ".bias"))
        tiles = mirrored(plane.reshape(b, height, f, width, f).permute(0, 1, 3, 2, 4))
        return tiles.permute(0, 3, 4, 1, 2).reshape(b, c, height, width)

    def lateral(self, layer, h):
        path, kind, c = layer + ".recurrence.", self.ctor.get("recurrence_type", "full"), h.shape[1]
        if kind in ("full", "pointwise"):
            return self.convolve(path + "conv", h)
        if kind == "depthwise":
            return self.convolve(path + "conv", h, groups=c)
        if kind == "depthpointwise":
            return self.convolve(path + "pointwise_conv", self.convolve(path + "depthwise_conv", h, groups=c))
        if kind == "pointdepthwise":
            y = self.convolve(path + "pointwise_conv", h)
            return self.convolve(path + "depthwise_conv", y, groups=y.shape[1])
        if kind == "local":
            return self.on_plane(path + "conv", h)
        if kind == "localdepthwise":
            return self.convolve(path + "patchy_conv", self.on_plane(path + "local_conv.conv", h), groups=c)
        y, bias = self.p[path + "weight"] * h, self.p.get(path + "bias")  # self
        return y if bias is None or bias.item() == 0 else y + bias

    def past(self, layer, delay):
        stored = self.history[layer]
        return stored[-max(1, delay)] if len(stored) >= max(1, delay) else None

    @staticmethod
    def join(x, h, size, multiplies=False):
        if h is None:
            return x
        if tuple(h.shape[2:]) != tuple(size):
            h = F.interpolate(h, size=tuple(size), mode="nearest")
        return h if x is None else x * (1 + torch.tanh(h)) if multiplies else x + h

    def layer(self, index, name, x, size):
        _, kernel, stride = self.model["conv"][index]
        h = None
        if self.connected and self.ctor.get("recurrence_type", "full") != "none":
            h = self.past(name, self.d_lateral)
        h = None if h is None else self.lateral(name, h)
        target = self.ctor.get("recurrence_target", "output")
        if target == "input":
            x = self.join(x, h, size)
        y = None if x is None else self.convolve(name + ".conv", x, stride)
        if self.model["twice"]:
            y = None if y is None else F.relu(y)
            if target == "middle":
                y = self.join(y, h, shrunk(size, kernel, stride))
            y = None if y is None else self.convolve(name + ".conv2", y)
        return self.join(y, h, shrunk(size, kernel, stride)) if target == "output" else y

    def solve(self, name, u):
        tau = self.p["tau_" + name] if "tau_" + name in self.p else self.p[f"tstep_{name}.tau"]
        newest = self.past(name, 1)
        h = self.own[name] if newest is None else newest
        if h is None:
            y = self.dt / tau * u
        elif self.solver == "euler":
            y = h + self.dt / tau * (u - h)
        else:
            k1 = (u - h) / tau
            k2 = (u - (h + self.dt * k1 / 2)) / tau
            k3 = (u - (h + self.dt * k2 / 2)) / tau
            k4 = (u - (h + self.dt * k3)) / tau
            y = h + self.dt * (k1 + 2 * k2 + 2 * k3 + k4) / 6
        if newest is None:
            self.own[name] = y
        return y

    # --- time

    def step(self, x, size, responses, monitors):
        if "input_adaption.recurrence.weight" in self.p:
            self.shown = x if self.shown is None else self.p["input_adaption.recurrence.weight"] * self.shown
            x = self.shown
        for index, name in enumerate(self.names):
            _, kernel, stride = self.model["conv"][index]
            x = self.layer(index, name, x, size)
            size = shrunk(size, kernel, stride)
            monitors.see(name, x)
            for kind, on, delay in (("skip", self.skip, self.d_skip), ("feedback", self.feedback, self.d_back)):
                if not on or not self.connected or name not in self.model[kind]:
                    continue
                h = self.past(self.model[kind][name], delay)
                h = None if h is None else self.convolve(f"add{kind}_{name}.conv", h)
                x = self.join(x, h, size if x is None else x.shape[2:], on == "multiplicative")
                monitors.see(f"add{kind}_{name}", x)
            if x is not None:
                x = self.solve(name, x)
                monitors.see("tstep_" + name, x)
                x = F.relu(x)
                monitors.see("nonlin", x)
                if "supralin.n" in self.p:
                    x = x.clamp(-1e6, 1e6) if x.abs().max() > 1e6 else x
                    x = self.p["supralin.k"] * torch.sign(x) * torch.clamp(x.abs(), min=1e-6) ** self.p["supralin.n"]
                    monitors.see("supralin", x)
            responses[name].append(x)
            handed_on = x if self.d_forward == 0 else self.past(name, self.d_forward)
            if self.n_history > 0:
                self.history[name] = (self.history[name] + [x])[-self.n_history:]
            x = handed_on
            if name in self.model["pool"]:
                x = None if x is None else F.max_pool2d(x, 3, 2, 1)
                size = shrunk(size, 3, 2)
                monitors.see("pool_" + name, x)
        return x

    def detach(self):
        for name in self.names:
            self.history[name] = [None if h is None else h.detach() for h in self.history[name]]

    def run(self, frames, monitors):
        """Outputs, responses of the steps and of the idle steps."""
        self.history, self.own, self.shown = {n: [] for n in self.names}, dict.fromkeys(self.names), None
        blank = torch.full_like(frames[0].detach(), self.ctor.get("non_input_value", 0.0))
        idle, shown, outputs = {n: [] for n in self.names}, {n: [] for n in self.names}, []
        for _ in range(self.ctor.get("idle_timesteps", 0)):
            self.step(blank, blank.shape[2:], idle, Monitors())
        self.detach()
        every = self.ctor.get("truncated_bptt_timesteps", 0)
        for t, frame in enumerate(frames):
            y = self.step(frame, frame.shape[2:], shown, monitors)
            weight, bias = self.p["classifier.2.weight"], self.p["classifier.2.bias"]
            nothing = torch.zeros(len(frame), len(bias), dtype=torch.float64)
            outputs.append(nothing if y is None else F.linear(y.mean((2, 3)), weight, bias))
            if every and (t + 1) % every == 0:
                self.detach()
        return torch.stack(outputs, 1), shown, idle


class Monitors:
    """The activity loss; a module's units are counted at its first call."""

    def __init__(self, modes=None, p=1):
        self.modes, self.p, self.units, self.calls, self.sum = modes or {}, p, {}, {}, None

    def see(self, name, x):
        if x is None or name not in self.modes:
            return
        flat = x.flatten(1)
        units = self.units.setdefault(name, flat.shape[1])
        if self.modes[name] == "signed":
            value = flat.mean(1).abs()
        else:
            value = (flat.abs() if self.p == 1 else flat.abs() ** self.p).sum(1) ** (1 / self.p) / units ** (1 / self.p)
        self.sum = value if self.sum is None else self.sum + value
        self.calls[name] = self.calls.get(name, 0) + 1

    def cost(self):
        if self.sum is None:
            return torch.zeros((), dtype=torch.float64)
        return (self.sum / (len(self.modes) * max(self.calls.values()))).mean()


def presented(x, labels, ctor, n_residual):
    """Frames and labels of every step."""
    dims, option = ctor["input_dims"], ctor.get("n_timesteps", 1)
    given = dims[0] if len(dims) == 4 else 1
    n = option if given == 1 else given if option == 1 else max(option, given)
    null, none, dt = ctor.get("non_input_value", 0.0), ctor.get("non_label_index", -1), ctor.get("dt", 2.0)
    x = x[:, None] if x.dim() == 4 else x
    labels = labels[:, None] if labels.dim() == 1 else labels
    blank = torch.full_like(x[:, 0].detach(), null)
    if x.shape[1] == 1 and n > 1:
        pattern = [int(c) for c in ctor.get("data_presentation_pattern", "1")]
        shown = [pattern[t * len(pattern) // n] for t in range(n)]
        reaction = ctor.get("loss_reaction_time", 0.0)
        reaction = max(1, math.ceil(reaction / dt)) if reaction > 0 else 0
        onsets = [t for t in range(n) if shown[t] and (t == 0 or not shown[t - 1])]
        counts = [shown[t] and not any(o <= t < o + reaction for o in onsets) for t in range(n)]
        frames = [x[:, 0] if on else blank for on in shown]
        labels = torch.stack([labels[:, 0] if on else torch.full_like(labels[:, 0], none) for on in counts], 1)
    else:
        frames = list(x.unbind(1))
    masked = torch.full((len(x), n_residual), none, dtype=torch.int64)
    return frames + [blank] * n_residual, torch.cat([masked, labels], 1), none


def computed(program, x, labels, config):
    """Everything of one run, with gradients in x and the program's parameters."""
    ctor, n_residual = program.ctor, len(program.names) * program.d_forward
    frames, labels, none = presented(x, labels, ctor, n_residual)
    monitors = Monitors(config.get("monitors"), config.get("ord", 1))
    outputs, shown, idle = program.run(frames, monitors)
    counts = labels.reshape(-1) != none
    loss = torch.zeros((), dtype=torch.float64)
    if counts.any():
        loss = F.cross_entropy(outputs.flatten(0, 1)[counts], labels.reshape(-1)[counts])
    if "monitors" in config:
        loss = loss + config["activity_loss_weight"] * monitors.cost()
    if loss.requires_grad:
        loss.backward()
    return outputs, shown, idle, loss.detach(), frames, labels


def responses(tensors, prefix, traces, shapes):
    for name, steps in traces.items():
        there = [s for s in steps if s is not None]
        if not there:
            continue
        shapes[name] = list(there[0].shape[1:])
        all_steps = torch.stack([torch.zeros_like(there[0]) if s is None else s for s in steps], 1).detach().numpy()
        flat = all_steps.reshape(*all_steps.shape[:2], -1)
        if flat.shape[2] <= 1024:
            tensors[f"{prefix}resp.{name}"] = all_steps.astype("<f4")
        else:
            tensors[f"{prefix}resp_sample.{name}"] = flat[:, :, at(512, flat.shape[2])].astype("<f4")
        tensors[f"{prefix}resp_l2.{name}"] = np.sqrt((flat ** 2).sum(2))
        tensors[f"{prefix}resp_mean.{name}"] = flat.mean(2)
        tensors[f"{prefix}resp_valid.{name}"] = np.array([int(s is not None) for s in steps], "<i8")


def make(path, cls, ctor, seed, batch=2, movie=False, taus=None, solver="euler", **extra):
    """A file as the published ones, with fewer samples (reduce.py)."""
    recipes = Recipes(cls, ctor, seed, taus).all
    program = Program(cls, ctor, recipes, solver)
    n, shape = ctor["input_dims"][0], ctor["input_dims"][-3:]
    x_shape = [batch, n, *shape] if movie else [batch, *shape]
    x_recipe = {"init": "recipe", "seed": seed + 5000, "scale": 1.5, "offset": 0.0, "shape": x_shape}
    x = torch.tensor(made(x_shape, seed + 5000, 1.5).astype("<f8"), requires_grad=True)
    labels = torch.arange(batch * n if movie else batch) * 7 % ctor["n_classes"]
    labels = labels.reshape(batch, n) if movie else labels
    config = {"cls": cls, "compute_dtype": "float64", "ctor": ctor, "description": "made by stand_in.py",
              "format_version": 1, "input_recipe": x_recipe, "kind": "model", "name": path.stem, "params": recipes,
              "seed": seed, "torch": torch.__version__, **extra}
    if solver != "euler":
        config["solver"] = solver
    outputs, shown, idle, loss, frames, all_labels = computed(program, x, labels, config)
    tensors = {"labels": labels.numpy(), "proc_labels": all_labels.numpy(), "out": outputs.detach().numpy(),
               "loss": loss.numpy()}
    shapes, none = {}, []
    responses(tensors, "", shown, shapes)
    responses(tensors, "idle_", idle, shapes)
    for name, p in [("x", x)] + [(e["name"], program.p[e["name"]]) for e in recipes if e["requires_grad"]]:
        if p.grad is None:
            none.append(name)
            continue
        g = p.grad.numpy()
        tensors["grad." + name] = g
    first = next(e["name"] for e in recipes if e["name"].endswith("conv.weight"))
    tensors["param_check"] = program.p[first].detach().numpy().ravel()[:16].astype("<f4")
    of_layer = {"delay_recurrence": program.d_lateral, "n_hidden_states": program.n_history,
                "t_feedforward": ctor.get("t_feedforward", 0.0)}
    n_residual = len(program.names) * program.d_forward
    config.update(grad_none=none, param_check=first + "[:16]", resp_shapes=shapes, derived={
        "delay_index_feedback": program.d_back, "delay_index_skip": program.d_skip,
        "history_length_ms": program.history_ms, "layer_names": program.names, "layer_operations": OPERATIONS,
        "layers": {name: of_layer for name in program.names}, "n_residual_timesteps": n_residual,
        "n_timesteps": len(frames) - n_residual})
    write(path, {"config": json.dumps(config, sort_keys=True)}, reduce(tensors, keep_x=True))


def check(path):
    metadata, tensors = read(path)
    config = json.loads(metadata["config"])
    if "ctor" not in config or "steps" in config:
        return "another kind of file"
    program = Program(config["cls"], config["ctor"], config["params"], config.get("solver", "euler"), tensors)
    x = torch.tensor(tensors["x"].astype("<f8"), requires_grad=True)
    outputs, _, _, loss, _, _ = computed(program, x, torch.tensor(tensors["labels"]), config)
    worst = 0
    for name, p in [("x", x), *program.p.items()]:
        if "grad." + name in tensors:
            expected, found = tensors["grad." + name], p.grad.numpy()
        elif "grad_sample." + name in tensors:
            expected = tensors["grad_sample." + name]
            found = p.grad.numpy().ravel()[at(expected.size, p.grad.numel())]
        else:
            assert p.grad is None, name
            continue
        worst = max(worst, np.abs(expected - found).max() / max(np.abs(expected).max(), 1e-300))
    error = np.abs(outputs.detach().numpy() - tensors["out"]).max() / np.abs(tensors["out"]).max()
    return f"outputs {error:.1e}, loss {abs(loss.item() - tensors['loss'].item()):.1e}, gradients {worst:.1e}"


def still(n, size=(8, 8), channels=3, **options):
    return {"n_classes": 4, "shuffle_presentation_pattern": False, "input_dims": [n, channels, *size], "n_timesteps": n,
            **options}


X2, X4_CLS, X8 = "DyRCNNx2", "DyRCNNx4", "DyRCNNx8"
CONFIGURATIONS = {
    # truncation, also such that nothing of the input's gradient is left
    "truncated_before_arrival": (X2, still(6, t_feedforward=4.0, truncated_bptt_timesteps=3)),
    "truncated_every_step_idle": (X2, still(5, truncated_bptt_timesteps=1, idle_timesteps=3, non_input_value=0.3,
                                            feedback="mul", t_feedback=4.0)),
    # without biases in the areas
    "no_bias_local": (X2, still(5, recurrence_type="local", bias=False, t_recurrence=2.0, feedback=True, t_feedback=2.0)),
    "no_bias_input": (X2, still(5, recurrence_type="depthpointwise", recurrence_target="input", bias=False,
                                t_recurrence=4.0)),
    "no_bias_middle": (X8, still(2, (16, 16), recurrence_type="self", recurrence_target="middle", bias=False,
                                 t_recurrence=2.0, feedback="mul", t_feedback=2.0)),
    # activity of modules of layers, shared ones, and such as are not called in every step
    "activity_of_layers": (X2, still(5, t_skip=2.0, feedback=True, t_feedback=4.0), {
        "activity_loss_weight": 0.7, "ord": 1, "monitors": {"layer1": "signed", "layer2": "absolute",
                                                            "pool_layer1": "absolute", "addskip_layer2": "signed"}}),
    "activity_late": (X2, still(4, t_feedforward=2.0, idle_timesteps=2), {
        "activity_loss_weight": 0.5, "ord": 1, "monitors": {"tstep_layer2": "absolute"}}),
    "activity_shared": (X2, still(4, supralinearity=1.4), {
        "activity_loss_weight": 0.5, "ord": 2, "monitors": {"nonlin": "absolute", "tstep_layer1": "absolute"}}),
    # no step in the history
    "no_history_truncated": (X2, still(5, skip=False, t_recurrence=0.0, truncated_bptt_timesteps=2)),
    "no_history_pattern": (X2, still(6, skip=False, t_recurrence=1.0, data_presentation_pattern="110",
                                     loss_reaction_time=4.0, supralinearity=1.3, feedback=True, t_feedback=0.0)),
    # times that the original rounds in its own way
    "times_of_a_tenth": (X2, still(6, dt=0.1, tau=0.5, t_recurrence=0.3, t_skip=0.1, feedback=True, t_feedback=0.7,
                                   loss_reaction_time=0.3)),
    "times_between_steps": (X2, still(6, t_recurrence=5.0, t_skip=1.0, feedback=True, t_feedback=5.0,
                                      loss_reaction_time=3.0)),
    "feedback_never_arrives": (X2, still(6, t_recurrence=2.0, feedback=True, t_feedback=7.0)),
    # input adaption keeps the first frame
    "adaption_pattern": (X2, still(5, input_adaption_weight=0.7, data_presentation_pattern="0110", non_input_value=0.4)),
    "adaption_delayed": (X2, still(4, input_adaption_weight=0.9, t_feedforward=2.0, truncated_bptt_timesteps=3)),
    "adaption_idle": (X2, still(4, input_adaption_weight=0.9, idle_timesteps=2)),
    # how it is presented and scored
    "movie_ignores_pattern": (X2, still(5, t_feedforward=2.0, t_skip=2.0, data_presentation_pattern="10",
                                        loss_reaction_time=4.0), {"movie": True}),
    "other_label": (X2, still(5, (7, 10), 1, data_presentation_pattern="1101", loss_reaction_time=2.0,
                              non_label_index=-100), {"batch": 3}),
    "nothing_counts": (X2, still(3, loss_reaction_time=20.0)),
    "solver_option": (X2, still(4, dynamics_solver="rk4")),
    "runge_kutta_delayed": (X4_CLS, still(3, t_feedforward=2.0, t_skip=4.0),
                            {"solver": "rk4", "taus": [2.5, 3.0, 4.5, 6.0]}),
    "idle_feedback_delayed": (X2, still(4, feedback=True, t_feedback=0.0, t_feedforward=2.0, idle_timesteps=5,
                                        non_input_value=-0.5, t_recurrence=0.0)),
}


def main():
    parser = argparse.ArgumentParser(usage="stand_in.py FOLDER | --check FILE...")
    parser.add_argument("--check", nargs="+", type=Path)
    parser.add_argument("folder", nargs="?", type=Path)
    options = parser.parse_args()
    for path in options.check or []:
        print(path.stem, check(path))
    if options.folder is not None:
        options.folder.mkdir(exist_ok=True)
        for number, (name, entry) in enumerate(CONFIGURATIONS.items()):
            cls, ctor, extra = (*entry, {})[:3]
            make(options.folder / f"{name}.safetensors", cls, ctor, 3000 + number, **extra)


if __name__ == "__main__":
    main()
