#!/usr/bin/env python3
"""What PyTorch computes: weights after every step of each optimiser, rates of each scheduler, loss scales.

    python3 tests/train/torch_numbers.py [--bolts lr_scheduler.py]

writes torch_numbers.inc beside it, which tests/train/torch_numbers.cpp compares the library with, in double precision.
--bolts: the file of the package lightning-bolts that has LinearWarmupCosineAnnealingLR; without it its rates are those of
PyTorch's LambdaLR with the closed form of that file.
"""
import argparse
import json
import math
import sys
import types
from pathlib import Path

import torch
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)  # also of numbers that optimisers keep
N_STEPS, N_RATES = 12, 60


def gradients():
    """Of six numbers: changing signs, a zero, very small and large ones."""
    generator = torch.Generator().manual_seed(1)
    all_of_them = torch.randn(N_STEPS, 6, generator=generator, dtype=torch.float64)
    all_of_them[:, 1] = all_of_them[:, 1].abs() + 0.1
    all_of_them[:, 2] *= 1e-6
    all_of_them[:, 3] *= 1e3
    all_of_them[4, 0] = 0
    return all_of_them


OPTIMIZERS = [
    ("Adadelta", 1.0, {}), ("Adadelta", 0.5, {"rho": 0.5, "eps": 1e-3, "weight_decay": 0.1}),
    ("Adagrad", 0.1, {}), ("Adagrad", 0.1, {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3}),
    ("Adam", 0.01, {}), ("Adam", 0.01, {"betas": [0.8, 0.9], "eps": 1e-4, "weight_decay": 0.1, "amsgrad": True}),
    ("Adam", 0.01, {"weight_decay": 0.1, "maximize": True}),
    ("Adam", 0.01, {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("AdamW", 0.01, {}), ("AdamW", 0.01, {"weight_decay": 0.3, "amsgrad": True, "fused": False}),
    ("Adamax", 0.01, {}), ("Adamax", 0.01, {"betas": [0.8, 0.9], "weight_decay": 0.1}),
    ("ASGD", 0.01, {}), ("ASGD", 0.01, {"lambd": 0.1, "alpha": 0.5, "t0": 3, "weight_decay": 0.1}),
    ("NAdam", 0.01, {}), ("NAdam", 0.01, {"weight_decay": 0.1, "momentum_decay": 0.1}),
    ("NAdam", 0.01, {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", 0.01, {}), ("RAdam", 0.01, {"betas": [0.8, 0.9], "weight_decay": 0.1}),
    ("RAdam", 0.01, {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RMSprop", 0.01, {}), ("RMSprop", 0.01, {"alpha": 0.9, "momentum": 0.9, "centered": True, "weight_decay": 0.1}),
    ("Rprop", 0.01, {}), ("Rprop", 0.01, {"etas": [0.3, 1.5], "step_sizes": [0.005, 0.02]}),
    ("SGD", 0.01, {}), ("SGD", 0.01, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", 0.01, {"momentum": 0.9, "dampening": 0.3, "maximize": True}),
]


def optimizer_case(name, rate, kwargs):
    first = torch.linspace(-1, 1, 6, dtype=torch.float64)
    a, b = first[:4].clone().requires_grad_(), first[4:].clone().requires_grad_()
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in kwargs.items()}
    # a group with another rate, as lr_parameter_groups makes them
    optimizer = getattr(torch.optim, name)([{"params": [a]}, {"params": [b], "lr": 0.2 * rate}], lr=rate, foreach=False, **given)
    weights = []
    for step, g in enumerate(gradients()):
        a.grad, b.grad = g[:4].clone(), (None if step == 6 else g[4:].clone())
        optimizer.step()
        weights.append(torch.cat([a, b]).tolist())
    return {"optimizer": name, "learning_rate": rate, "optimizer_kwargs": kwargs, "weights": weights}


SCHEDULERS = [
    ("ConstantLR", {}), ("ConstantLR", {"factor": 0.5, "total_iters": 7}),
    ("LinearLR", {}), ("LinearLR", {"start_factor": 0.1, "end_factor": 0.7, "total_iters": 20}),
    ("StepLR", {"step_size": 7}), ("StepLR", {"step_size": 1, "gamma": 0.9}),
    ("MultiStepLR", {"milestones": [30, 5, 11, 11]}), ("MultiStepLR", {"milestones": [3, 9], "gamma": 0.5}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("PolynomialLR", {}), ("PolynomialLR", {"total_iters": 30, "power": 2.5}),
    ("CosineAnnealingLR", {"T_max": 17}), ("CosineAnnealingLR", {"T_max": 25, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 7}), ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.02}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 60}),
    ("OneCycleLR", {"max_lr": 0.3, "epochs": 6, "steps_per_epoch": 10, "pct_start": 0.4, "anneal_strategy": "linear",
                    "three_phase": True, "div_factor": 10, "final_div_factor": 100}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 61, "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 7}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 5, "step_size_down": 9, "mode": "triangular2"}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 6, "mode": "exp_range", "gamma": 0.97,
                  "base_momentum": 0.7, "max_momentum": 0.95}),
    ("ReduceLROnPlateau", {"patience": 2}),
    ("ReduceLROnPlateau", {"mode": "max", "factor": 0.5, "patience": 1, "threshold": 0.05, "threshold_mode": "abs",
                           "cooldown": 3, "min_lr": 0.003}),
    ("ReduceLROnPlateau", {"factor": 0.9, "patience": 0, "eps": 0.01}),
    ("LinearWarmupCosineAnnealingLR", {"warmup_epochs": 10, "max_epochs": 50}),
    ("LinearWarmupCosineAnnealingLR", {"warmup_epochs": 5, "max_epochs": 60, "warmup_start_lr": 0.01, "eta_min": 0.002}),
]


def monitored(step):
    return 1 / (1 + 0.2 * min(step, 12)) + 0.3 * math.sin(1.7 * step) / (1 + step)


def warm_up(optimizer, bolts, kwargs):
    if bolts:
        stub = types.ModuleType("pl_bolts.utils.stability")
        stub.under_review = lambda *_, **__: lambda thing: thing
        sys.modules.update({"pl_bolts": types.ModuleType("pl_bolts"), "pl_bolts.utils": types.ModuleType("pl_bolts.utils"),
                            "pl_bolts.utils.stability": stub})
        found = {"__name__": "lr_scheduler_of_bolts"}
        exec(compile(Path(bolts).read_text(), bolts, "exec"), found)
        return found["LinearWarmupCosineAnnealingLR"](optimizer, **kwargs)
    warm, last = kwargs["warmup_epochs"], kwargs["max_epochs"]
    first, least, base = kwargs.get("warmup_start_lr", 0), kwargs.get("eta_min", 0), optimizer.param_groups[0]["lr"]

    def factor(t):
        if t < warm:
            return (first + t * (base - first) / max(1, warm - 1)) / base
        return (least + 0.5 * (base - least) * (1 + math.cos(math.pi * (t - warm) / (last - warm)))) / base
    return lr_scheduler.LambdaLR(optimizer, factor)


def scheduler_case(name, kwargs, bolts):
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
    scheduler = warm_up(optimizer, bolts, kwargs) if name.startswith("LinearWarmup") else getattr(lr_scheduler, name)(optimizer, **kwargs)
    rates, momenta, values = [], [], []
    for t in range(N_RATES):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        values.append(monitored(t))
        optimizer.step()
        if name == "ReduceLROnPlateau":
            scheduler.step(values[-1])
        else:
            scheduler.step()
    return {"scheduler": name, "scheduler_kwargs": kwargs, "rates": rates, "momenta": momenta, "monitored": values}


def scaler_case():
    """GradScaler's scale after updates of which some have overflowed."""
    overflows = [False] * 3 + [True] * 2 + [False] * 5 + [True] + [False] * 9
    w = torch.ones(1, dtype=torch.float32, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.0)
    scaler = torch.amp.GradScaler("cpu", growth_interval=4)
    scales = []
    for overflow in overflows:
        optimizer.zero_grad()
        scaler.scale((w * (float("inf") if overflow else 1)).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    return {"growth_interval": 4, "overflows": overflows, "scales": scales}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bolts")
    bolts = parser.parse_args().bolts
    numbers = {"torch": torch.__version__.split("+")[0],
               "gradients": gradients().tolist(),
               "optimizers": [optimizer_case(*case) for case in OPTIMIZERS],
               "schedulers": [scheduler_case(*case, bolts) for case in SCHEDULERS],
               "scaler": scaler_case()}
    text = json.dumps(numbers, separators=(",", ":")).replace("},{", "},\n{")
    # Parts: compilers have a limit for one literal.
    parts = "\n".join(f'R"json({text[i:i + 8000]})json"' for i in range(0, len(text), 8000))
    Path(__file__).with_suffix(".inc").write_text("// Written by torch_numbers.py.\n" + parts + "\n")


if __name__ == "__main__":
    main()
