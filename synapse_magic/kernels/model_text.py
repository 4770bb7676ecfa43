"""A LightGBM model in its text format: what its header says, and whether it is whole.

LightGBM's own reader trusts the file: one that was cut may be read as a smaller model, or end the
process. So a text from outside is checked here first.
"""

from __future__ import annotations

import functools
import re

from synapse_magic.errors import SynapseError

FIRST_LINE = "tree"
LAST_LINE = "end of trees"
_REQUIRED = ("version", "num_class", "num_tree_per_iteration", "max_feature_idx", "feature_names")
_LEAVES = re.compile(r"^num_leaves=(\d+)$", re.MULTILINE)
_SPLITS = ("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child")


def header(text: str, key: str) -> str:
    r"""Return what the header says of ``key``, empty when it says nothing.

    Examples
    --------
    >>> header("tree\nversion=v4\nnum_class=1\n\nTree=0\n", "num_class")
    '1'
    """
    start = text.find(f"\n{key}=", 0, _header_end(text))
    return "" if start < 0 else text[start + len(key) + 2 : text.index("\n", start + 1)]


def header_int(text: str, key: str) -> int:
    """Return a whole number of the header; 1 when it is not there."""
    return int(header(text, key) or 1)


def feature_names(text: str) -> tuple[str, ...]:
    """Return the name of each feature."""
    return tuple(header(text, "feature_names").split())


def is_averaged(text: str) -> bool:
    """Say whether a prediction is the mean of the trees, as in a random forest."""
    return "\naverage_output\n" in text[: _header_end(text)]


def is_linear(text: str) -> bool:
    """Say whether leaves hold linear models instead of numbers."""
    return "\nis_linear=1\n" in text


@functools.lru_cache(maxsize=8)
def objective(text: str) -> tuple[str, dict[str, float]]:
    """Return the objective and its numbers: ``binary sigmoid:1`` -> ("binary", {"sigmoid": 1.0}).

    A model trained with a Python callable names none.
    """
    words = header(text, "objective").split()
    pairs = (word.partition(":") for word in words[1:])
    return (words[0] if words else ""), {n: float(v or "nan") for n, _, v in pairs}


@functools.lru_cache(maxsize=8)
def leaves(text: str) -> tuple[int, ...]:
    """Return the number of leaves of each tree."""
    return tuple(int(found) for found in _LEAVES.findall(text))


def trees_per_iteration(text: str) -> int:
    """Return how many trees one iteration adds: one for each class, one without classes."""
    return header_int(text, "num_tree_per_iteration")


def iterations(text: str) -> int:
    """Return the number of iterations in the model."""
    return len(leaves(text)) // trees_per_iteration(text)


def iterations_used(text: str, start: int, count: int) -> int:
    """Return how many iterations predict, by LightGBM's rule: 0 or less for all from ``start``."""
    left = max(iterations(text) - max(start, 0), 0)
    return min(count, left) if count > 0 else left


def require_whole(text: str, source: str) -> None:
    """Make sure that a text is a complete LightGBM model.

    Parameters
    ----------
    text : str
        What was read.
    source : str
        Where it came from, for the message.

    Raises
    ------
    SynapseError
        When it is something else, was cut, or holds a tree that does not add up.
    """
    if text.partition("\n")[0].rstrip("\r") != FIRST_LINE:
        raise SynapseError(
            f"{source} is not a LightGBM model: it starts with {text[:20]!r}. Expected the text "
            "format, as of saveNativeModel(...) or Booster.save_model(...)"
        )
    lacking = [key for key in _REQUIRED if not header(text, key)]
    if lacking:
        raise _broken(source, f"its header lacks {lacking[0]!r}")
    if f"\n{LAST_LINE}" not in text:
        raise _broken(source, f"it ends before {LAST_LINE!r}")
    _require_trees(text, source)


def _require_trees(text: str, source: str) -> None:
    """Compare the trees with the sizes that the header gives, and each tree with itself."""
    sizes = [int(size) for size in header(text, "tree_sizes").split()]
    found = text.encode()
    place = found.find(b"\nTree=0\n") + 1
    for index, size in enumerate(sizes):
        block = found[place : place + size]
        if not block.startswith(f"Tree={index}\n".encode()) or len(block) < size:
            raise _broken(source, f"tree {index} of {len(sizes)} is cut or was altered")
        _require_tree(block.decode(errors="replace"), index, source)
        place += size
    if not found[place:].lstrip(b"\n").startswith(LAST_LINE.encode()):
        raise _broken(source, f"its header tells of {len(sizes)} trees, and there are others")


def _require_tree(block: str, index: int, source: str) -> None:
    values = dict(line.partition("=")[::2] for line in block.splitlines() if "=" in line)
    count = int(values.get("num_leaves") or 0)
    expected = {"leaf_value": count} | (dict.fromkeys(_SPLITS, count - 1) if count > 1 else {})
    for key, length in expected.items():
        if not count or len(values.get(key, "").split()) != length:
            raise _broken(source, f"tree {index} has not the {length} numbers of {key!r}")
    children = [*values.get("left_child", "").split(), *values.get("right_child", "").split()]
    if count > 1 and sorted(map(int, children)) != [*range(-count, 0), *range(1, count - 1)]:
        raise _broken(source, f"the nodes of tree {index} are not one tree")


def _broken(source: str, what: str) -> SynapseError:
    return SynapseError(f"{source} holds no whole LightGBM model: {what}. Try: save it again")


def _header_end(text: str) -> int:
    end = text.find("\nTree=")
    return end + 1 if end >= 0 else len(text)
