"""A dashboard over 1 million explained rows of 100 features: opening, the still, filtering, bytes.

The rows are made up, since it is the dashboard that is measured. They take about 1 GB as 4-byte
numbers; filters look at 200,000 of them.

    python tests/benchmarks/dashboard.py [ROWS [FEATURES]]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from synapse_magic.results.dashboard.board import Board
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.explanation import Explanation
from synapse_magic.views.pack import message

CONDITIONS = [
    {"column": "feature 1", "operation": ">", "values": [0.2]},
    {"column": "feature 2", "operation": "<=", "values": [0.9]},
    {"column": "level", "operation": "in", "values": ["level 3", "level 4", None]},
]
EVERY = "all rows"
TABS: dict[str, dict[str, Any]] = {
    "overview": {"cohort": EVERY},
    "errors": {"cohort": EVERY},
    "map": {"cohort": EVERY, "across": "feature 1", "down": "level"},
    "features": {"cohort": "filtered", "against": EVERY},
    "rows": {"cohort": "filtered", "sort": "(score)", "descending": True, "start": 0, "count": 200},
    "thresholds": {"cohort": EVERY, "group": "level"},
    "quality": {"cohort": EVERY},
}


def explanation(rows: int, features: int) -> Explanation:
    """Return made-up contributions, whose labels follow them."""
    rng = np.random.default_rng(1)
    values = rng.standard_normal((rows, features, 1), dtype=np.float32)
    names = ("level", *(f"feature {i}" for i in range(1, features)))
    data: dict[str, np.ndarray] = {
        name: np.ascontiguousarray(values[:, i, 0]) for i, name in enumerate(names)
    }
    levels = np.array([None, *(f"level {i}" for i in range(20))], dtype=object)
    data["level"] = levels[rng.integers(0, 21, rows)]
    base = np.zeros((rows, 1), np.float32)
    prediction = values.sum(axis=1)
    chance = 1 / (1 + np.exp(-prediction[:, 0] / 5))
    labels = np.where(rng.random(rows) < chance, "yes", "no").astype(object)
    return Explanation(
        values, base, prediction, data, names, ("yes",), "logit", "tree_path", rows, labels=labels
    )


def asked(board: Board, ask: str, given: Mapping[str, Any]) -> tuple[float, int]:
    """Return the seconds and the bytes of an answer as it goes to the browser."""
    began = time.perf_counter()
    body, block = message(board.answer(ask, given))
    size = len(json.dumps(body, ensure_ascii=False).encode()) + len(block)
    return time.perf_counter() - began, size


def main() -> None:
    """Print what opening, the still picture, filtering and each tab take."""
    rows, features = [int(word) for word in [*sys.argv[1:], "1000000", "100"][:2]]
    why = explanation(rows, features)
    print(f"{rows:,} explained rows x {features} features")
    few = Board(Examined.of(why[:100]))
    few.answer("overview", {"cohort": EVERY})
    few.still()  # both load libraries
    began = time.perf_counter()
    board = Board(Examined.of(why))
    made = time.perf_counter() - began
    first = [asked(board, ask, {"cohort": EVERY}) for ask in ("open", "overview")]
    print(f"opened in {made + sum(seconds for seconds, _ in first):.2f} s, "
          f"{sum(size for _, size in first):,} bytes to first paint")  # fmt: skip
    still_began = time.perf_counter()
    still = board.still()
    print(f"the still picture of a cell: {time.perf_counter() - still_began:.2f} s, "
          f"{len(still.encode()):,} bytes")  # fmt: skip
    seconds, _ = asked(board, "add", {"conditions": CONDITIONS, "name": "filtered"})
    filtered = board.cohorts["filtered"]
    mask_began = time.perf_counter()
    for _ in range(20):
        filtered.mask(board.examined.columns, len(board.examined))
    print(f"three conditions over {len(board.examined):,} rows: "
          f"{50 * (time.perf_counter() - mask_began):.1f} ms; "
          f"made a cohort and measured all again: {1000 * seconds:.0f} ms")  # fmt: skip
    for ask, given in TABS.items():
        seconds, size = asked(board, ask, given)
        again, _ = asked(board, ask, given)
        print(f"{ask:12}{1000 * seconds:7.0f} ms first, {1000 * again:6.0f} ms again, "
              f"{size:9,} bytes")  # fmt: skip


if __name__ == "__main__":
    main()
