"""The lightgbm package as a worker loads it to train: without what it only offers to work with.

With pandas, scikit-learn and the rest it takes seconds; alone it takes half of one.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from types import ModuleType

from synapse_magic.kernels.booster import QUIET_WAIT

PACKAGE = "lightgbm"
UNUSED = ("dask", "matplotlib", "pandas", "sklearn")
"""What LightGBM would load if it is there, and nobody needs to train."""


_alone: dict[str, ModuleType] = {}


@contextlib.contextmanager
def loaded_alone() -> Iterator[None]:
    """Have LightGBM loaded alone, unless it is loaded, and out of the way in the end.

    A worker of Spark goes on to other work, which may want all of the package. LightGBM's native
    part keeps a pointer into what was loaded, so that is kept for the next training.
    """
    if PACKAGE in sys.modules:
        yield
        return
    if _alone:
        sys.modules.update(_alone)
    else:
        load_alone()
    try:
        yield
    finally:
        names = [name for name in sys.modules if name.partition(".")[0] == PACKAGE]
        _alone.update((name, sys.modules.pop(name)) for name in names)


def load_alone() -> None:
    """Load LightGBM without what is unused; others may load that later."""
    os.environ.setdefault(*QUIET_WAIT)
    hidden = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None says: not there
    try:
        import lightgbm  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]
