"""The delayed normalisation model, drawn over the data that it was fitted to.

    h1 = g(tau1) - w g(1.5 tau1),  g(tau) ~ (t/tau) exp(-t/tau),  h2 ~ exp(-t/tau2),  each with sum 1
    L = s(t - shift) * h1,  P = L * h2,  r = scale |L|^n / (sigma^n + |P|^n)            times in s

Zhou, Benson, Kay & Winawer 2019; Groen et al. 2022.
"""
import numpy as np

PARAMETERS = ("tau1", "w", "tau2", "n", "sigma", "shift", "scale")
# The start of Groen et al.'s fits: neurons of human visual cortex, ten times slower than the networks here.
GROEN = {"tau1": .005, "w": 0.0, "tau2": .07, "n": 1.5, "sigma": .15, "shift": .06, "scale": 2.0}


def unit_sum(values):
    total = values.sum()
    return values / total if total else values


def predict(stimulus, dt, parameters):
    """The response (T) to a stimulus (T) sampled every dt [s]."""
    tau1, w, tau2, n, sigma, shift, scale = (float(parameters[name]) for name in PARAMETERS)
    steps = len(stimulus)
    t = dt * np.arange(1, steps + 1)
    kernel = unit_sum(t / tau1 * np.exp(-t / tau1)) - w * unit_sum(t / (1.5 * tau1) * np.exp(-t / (1.5 * tau1)))
    delayed = np.interp(t - shift, t, np.asarray(stimulus, float), left=0, right=0)
    linear = np.convolve(delayed, kernel)[:steps]
    pool = np.convolve(linear, unit_sum(np.exp(-t / tau2)))[:steps]
    return scale * np.abs(linear) ** n / (sigma ** n + np.abs(pool) ** n)


def parameters_of(row):
    """The seven parameters in a row of dn_fit.csv, whose times may say their unit: tau1 or tau1_s."""
    return {name: (row[f"{name}_s"] if f"{name}_s" in row else row[name])[0] for name in PARAMETERS}
