"""How near estimated Shapley values come to the exact ones, beside ``shap.KernelExplainer``.

Both are asked about as many coalitions. Games of 10 to 14 features are functions of a row against
20 background rows, enumerated for the exact values: smooth ones (a network, a sigmoid, an
exponential) and others (maximum, conjunctions, parities, a majority, a forest, boosted trees). Real
data are breast cancer's 30 features, boosted trees and 50 background rows, with exact values by
interventional TreeSHAP. A ratio compares the largest error of a row, ours by theirs.

    python tests/benchmarks/kernel_shap_accuracy.py
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable

import numpy as np
import shap
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor

from synapse_magic.kernels.shapley.coalitions import coalitions
from synapse_magic.kernels.shapley.estimate import shapley

ROWS = 20
BACKGROUND = 20
EACH_FEATURE = (8, 14, 20)
MANY = 2048
SEEDS = 4

Function = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    logging.getLogger("shap").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    print(
        f"{'game':<14}{'features':>9}{'asked':>7}{'median':>9}{'90th':>7}   error by shap's, rows"
    )
    pooled: dict[str, list[np.ndarray]] = {}
    for features in (10, 12, 14):
        budgets = [each * features for each in EACH_FEATURE] + [MANY] * (2**features > MANY)
        for name, outcomes in games(features).items():
            exact = known_values(outcomes, features)
            for asked in budgets:
                ratio = ratios(outcomes, exact, features, asked)
                few = "from 2048" if asked == MANY else "8 to 20 a feature"
                pooled.setdefault(few, []).append(ratio)
                show(name, features, asked, ratio)
    for each in EACH_FEATURE:
        ratio = on_real_data(each * 30)
        pooled["8 to 20 a feature"].append(ratio)
        show("breast cancer", 30, each * 30, ratio)
    for few, every in pooled.items():
        print(f"\nAll of {few}: ", end="")
        together = np.concatenate(every)
        print(f"median {np.median(together):.2f}, 90th {np.quantile(together, 0.9):.2f}; ", end="")
        print(f"worst median of a line {max(np.median(one) for one in every):.2f}, ", end="")
        print(f"worst 90th {max(np.quantile(one, 0.9) for one in every):.2f}")


def show(name: str, features: int, asked: int, ratio: np.ndarray) -> None:
    middle, high = np.median(ratio), np.quantile(ratio, 0.9)
    print(f"{name:<14}{features:>9}{asked:>7}{middle:>9.2f}{high:>7.2f}   {len(ratio)}", flush=True)


def functions(features: int, rng: np.random.Generator) -> dict[str, Function]:
    inner, outer = 1.5 * rng.normal(size=(features, 16)) / np.sqrt(features), rng.normal(size=16)
    slopes, pairs = rng.normal(size=features), rng.normal(size=(features, features)) / features
    threes = [rng.choice(features, 3, replace=False) for _ in range(15)]
    shares, edges = rng.normal(size=15), 0.3 * rng.normal(size=features)
    x = rng.normal(size=(2000, features))
    y = x[:, 0] * x[:, 1] + np.where(x[:, 2] > 0, x[:, 3], -x[:, 4]) + x[:, 5]
    y += np.sin(2 * x[:, 6]) * x[:, 7] + 0.5 * rng.normal(size=2000)

    def bent(z: np.ndarray) -> np.ndarray:
        return z @ slopes + ((z @ pairs) * z).sum(1)

    return {
        "network": lambda z: np.tanh(z @ inner) @ outer,
        "sigmoid": lambda z: 1 / (1 + np.exp(-bent(z))),
        "exponential": lambda z: np.exp(np.clip(z @ slopes / np.sqrt(features), -5, 5)),
        "maximum": lambda z: z.max(1) + z[:, : features // 2].min(1),
        "conjunctions": lambda z: sum(
            share * (z[:, three] > edges[three]).all(1) for share, three in zip(shares, threes)
        ),
        "parities": lambda z: sum(
            share * np.sign(z[:, three]).prod(1) for share, three in zip(shares, threes)
        ),
        "majority": lambda z: ((z > 0).sum(1) > features / 2) + z[:, 0],
        "forest": RandomForestRegressor(30, random_state=0).fit(x, y).predict,
        "boosted": GradientBoostingRegressor(max_depth=4, random_state=0).fit(x, y).predict,
    }


def games(features: int) -> dict[str, np.ndarray]:
    """Return the outcomes of all coalitions, (rows, 2 ** features), of each function."""
    rng = np.random.default_rng(0)
    background = rng.normal(size=(BACKGROUND, features))
    rows = rng.normal(size=(ROWS, features))
    return {
        name: np.array([played(function, row, background) for row in rows])
        for name, function in functions(features, rng).items()
    }


def played(function: Function, row: np.ndarray, background: np.ndarray) -> np.ndarray:
    masks = every_mask(len(row))
    found = []
    for start in range(0, len(masks), 1024):
        kept = masks[start : start + 1024, None, :]
        mixed = np.where(kept, row, background).reshape(-1, len(row))
        found.append(np.asarray(function(mixed)).reshape(-1, len(background)).mean(1))
    return np.concatenate(found)


def every_mask(features: int) -> np.ndarray:
    return (np.arange(2**features)[:, None] >> np.arange(features)) & 1 == 1


def codes(masks: np.ndarray) -> np.ndarray:
    return masks @ (1 << np.arange(masks.shape[1]))


def known_values(outcomes: np.ndarray, features: int) -> np.ndarray:
    """Return the exact values, (features, rows)."""
    asked = coalitions(features, 2**features, 0)
    return shapley(asked, outcomes[:, codes(asked.masks)].T).values


def ratios(outcomes: np.ndarray, exact: np.ndarray, features: int, asked: int) -> np.ndarray:
    ours = np.empty(len(outcomes))
    theirs = np.empty(len(outcomes))
    for row, played in enumerate(outcomes):
        drawn = coalitions(features, asked, row % SEEDS)
        found = shapley(drawn, played[codes(drawn.masks)][:, None]).values[:, 0]
        ours[row] = np.abs(found - exact[:, row]).max()
        theirs[row] = np.abs(by_shap(played, features, asked, row) - exact[:, row]).max()
    return ours / theirs


def by_shap(played: np.ndarray, features: int, asked: int, seed: int) -> np.ndarray:
    def function(z: np.ndarray) -> np.ndarray:
        return played[codes(z > 0.5)]

    explainer = shap.KernelExplainer(function, np.zeros((1, features)))
    np.random.seed(seed)
    row = np.ones((1, features))
    # It asks about no feature and about all of them beside its samples.
    return explainer.shap_values(row, nsamples=asked - 2, l1_reg=0, silent=True)[0]


def on_real_data(asked: int) -> np.ndarray:
    data = load_breast_cancer()
    model = GradientBoostingRegressor(random_state=0).fit(data.data, data.target)
    background, rows = data.data[:50], data.data[100 : 100 + ROWS]
    exact = shap.TreeExplainer(
        model, background, feature_perturbation="interventional"
    ).shap_values(rows)
    theirs = shap.KernelExplainer(model.predict, background)
    ratio = np.empty(ROWS)
    for place, row in enumerate(rows):
        drawn = coalitions(30, asked, place % SEEDS)
        mixed = np.where(drawn.masks[:, None, :], row, background).reshape(-1, 30)
        outcomes = model.predict(mixed).reshape(len(drawn), -1).mean(1)
        found = shapley(drawn, outcomes[:, None]).values[:, 0]
        np.random.seed(place)
        peer = theirs.shap_values(row[None], nsamples=asked - 2, l1_reg=0, silent=True)[0]
        ratio[place] = np.abs(found - exact[place]).max() / np.abs(peer - exact[place]).max()
    return ratio


if __name__ == "__main__":
    main()
