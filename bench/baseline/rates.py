#!/usr/bin/env python3
"""Rate networks in plain PyTorch: what bench.ctrnn and bench.ensemble are judged against where there is a Python with PyTorch.

    OMP_NUM_THREADS=2 PYTHON bench/baseline/rates.py [ROUNDS]        medians of a training step, in ms

The CTRNN is written as NN4Neurosim writes it, an operator after the other; torch.nn.RNN is PyTorch's own loop. Of 100 networks of 100
units: one after the other, and torch.func.vmap over the gradient of one. Sizes and losses are those of bench/rate/*.cpp.
"""
import statistics
import sys
import time

import torch
import torch.nn.functional as F

INPUTS, OUTPUTS, STEPS, ALPHA, MEMBERS = 3, 2, 100, 0.2, 100


def drawn(units):
    """The parameters of one network: uniform in 1/sqrt of their inputs."""
    def uniform(*shape, inputs):
        return torch.empty(*shape).uniform_(-inputs ** -0.5, inputs ** -0.5)
    return {"U": uniform(units, INPUTS, inputs=INPUTS), "u": uniform(units, inputs=INPUTS),
            "W": uniform(units, units, inputs=units), "w": uniform(units, inputs=units),
            "V": uniform(OUTPUTS, units, inputs=units), "c": uniform(OUTPUTS, inputs=units)}


def outputs(p, x):
    v = torch.zeros(x.size(0), p["W"].size(0))
    r = torch.zeros_like(v)
    rates = []
    for t in range(x.size(1)):
        v = (1 - ALPHA) * v + ALPHA * (F.linear(r, p["W"], p["w"]) + F.linear(x[:, t], p["U"], p["u"]))
        r = torch.tanh(v)
        rates.append(r)
    return F.linear(torch.stack(rates, 1), p["V"], p["c"])


def loss(p, x, target):
    return (outputs(p, x) - target).square().mean()


def learn(p, x, target):
    for tensor in p.values():
        tensor.grad = None
    loss(p, x, target).backward()


def median(what, step, rounds):
    step()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    print(f"{what:44} {1e3 * statistics.median(times):9.2f} ms", flush=True)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    torch.manual_seed(1)
    for units in (100, 512):
        x, target = torch.randn(64, STEPS, INPUTS), torch.randn(64, STEPS, OUTPUTS)
        p = {name: tensor.requires_grad_() for name, tensor in drawn(units).items()}
        median(f"CTRNN, {units} units, eager", lambda: learn(p, x, target), rounds)
        rnn, readout = torch.nn.RNN(INPUTS, units, batch_first=True), torch.nn.Linear(units, OUTPUTS)

        def fused():
            rnn.zero_grad(), readout.zero_grad()
            (readout(rnn(x)[0]) - target).square().mean().backward()
        median(f"CTRNN, {units} units, torch.nn.RNN", fused, rounds)
    x, target = torch.randn(16, STEPS, INPUTS), torch.randn(16, STEPS, OUTPUTS)
    members = [{name: tensor.requires_grad_() for name, tensor in drawn(100).items()} for _ in range(MEMBERS)]
    median("100 networks of 100 units, one after the other", lambda: [learn(p, x, target) for p in members], max(3, rounds // 3))
    together = {name: torch.stack([p[name].detach() for p in members]) for name in members[0]}
    gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(0, None, None))
    median("100 networks of 100 units, torch.func.vmap", lambda: gradients(together, x, target), rounds)


if __name__ == "__main__":
    main()
