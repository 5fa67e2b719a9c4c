"""Intervals over seeds and images.

Hierarchical percentile bootstrap: seeds are drawn with replacement, then the images within each drawn seed. The tables hold
mean, standard deviation and number of the images of a seed; the mean of n images drawn from them is normal with variance
(n - 1)/n sd^2/n, which takes the place of drawing the images one by one. With one seed there is nothing to draw: the
interval is the one of the table, over the images of one network, and is called so.
"""
from dataclasses import dataclass

import numpy as np

DRAWS = 2000
ONE_NETWORK = "images of one network"


@dataclass
class Estimate:
    """A mean over seeds, or an array of them, with its 95 % interval."""
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: float        # images of a seed
    seeds: int

    def within(self, least, most):
        """The interval ends where the quantity does."""
        return Estimate(self.value, np.clip(self.low, least, most), np.clip(self.high, least, most), self.n, self.seeds)

    @property
    def units(self):
        return ONE_NETWORK if self.seeds < 2 else f"{self.seeds} seeds, then images"


def generator():
    """The same draws for the same tables."""
    return np.random.default_rng(20220901)


def mean_of(values, axis=0):
    """The mean without NaN; NaN where nothing else is, without a warning."""
    values = np.asarray(values, float)
    count = np.isfinite(values).sum(axis)
    total = np.where(np.isfinite(values), values, 0).sum(axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def interval(draws):
    """2.5 and 97.5 percent of draws (draw, ...), linear between order statistics."""
    draws = np.sort(draws, axis=0)  # NaN at the end
    if np.isnan(draws[-1:]).any():
        return tuple(np.where(np.isnan(draws).any(0), np.nan, np.quantile(np.nan_to_num(draws), q, axis=0)) for q in (.025, .975))
    return np.quantile(draws, .025, axis=0), np.quantile(draws, .975, axis=0)


def of_moments(mean, sd, n, low=None, high=None):
    """From mean, sd and number of images of each seed (seed, ...)."""
    mean, sd, n = (np.asarray(each, float) for each in (mean, sd, n))
    seeds = len(mean)
    error = np.sqrt(np.maximum(n - 1, 0) / np.maximum(n, 1)) * sd / np.sqrt(np.maximum(n, 1))
    count = float(np.nanmax(n)) if np.isfinite(n).any() else float("nan")
    if seeds == 1:
        value = mean[0]
        given = low is not None and np.isfinite(np.asarray(low[0])).any()
        lower = np.asarray(low[0], float) if given else value - 1.959964 * error[0]
        upper = np.asarray(high[0], float) if given else value + 1.959964 * error[0]
        return Estimate(value, lower, upper, count, 1)
    random = generator()
    drawn = random.integers(seeds, size=(DRAWS, seeds))
    noise = random.standard_normal((DRAWS, seeds))
    total, valid = 0, 0
    for k in range(seeds):  # one seed of the draw at a time: (draws, ...) in memory, whatever the number of seeds
        each = mean[drawn[:, k]] + noise[:, k].reshape(-1, *[1] * (mean.ndim - 1)) * np.nan_to_num(error)[drawn[:, k]]
        total, valid = total + np.nan_to_num(each), valid + np.isfinite(each)
    draws = np.where(valid > 0, total / np.maximum(valid, 1), np.nan)
    return Estimate(mean_of(mean), *interval(draws), count, seeds)


def of_values(value, low, high, n=float("nan")):
    """From a value of each seed with its interval over images."""
    value, low, high = (np.asarray(each, float) for each in (value, low, high))
    seeds = len(value)
    if seeds == 1:
        return Estimate(value[0], low[0], high[0], n, 1)
    error = np.nan_to_num((high - low) / (2 * 1.959964))
    random = generator()
    drawn = random.integers(seeds, size=(DRAWS, seeds))
    noise = random.standard_normal((DRAWS, seeds))
    return Estimate(mean_of(value), *interval(mean_of(value[drawn] + noise * error[drawn], axis=1)), n, seeds)


def of_pairs(differences):
    """Of a list with the differences of one seed's images each: draws of the seeds, then of the images themselves."""
    differences = [np.asarray(each, float)[np.isfinite(each)] for each in differences]
    value = mean_of([each.mean() for each in differences])
    random = generator()
    draws = np.zeros(DRAWS)
    for i in range(DRAWS):
        drawn = random.integers(len(differences), size=len(differences))
        draws[i] = np.mean([differences[k][random.integers(len(differences[k]), size=len(differences[k]))].mean() for k in drawn])
    return Estimate(value, *interval(draws), float(len(differences[0])), len(differences))


def ranks(values):
    """Ranks from 0, ties share their mean."""
    values = np.asarray(values, float)
    _, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
    first = np.cumsum(count) - count
    return (first + (count - 1) / 2)[inverse]


def spearman(x, y):
    """Rank correlation; NaN for fewer than two points or a constant."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    valid = np.isfinite(x) & np.isfinite(y)
    a, b = ranks(x[valid]), ranks(y[valid])
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
