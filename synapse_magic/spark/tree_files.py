"""The trees of a fitted model of ``pyspark.ml``, from the files that Spark saves them in.

Saving is the one way to the numbers in a leaf that Spark Connect has, too.
"""

from __future__ import annotations

import shutil
import tempfile
from typing import Any

Node = dict[str, Any]


def saved_trees(stage: Any) -> list[list[Node]]:
    """Return the nodes of each tree, in the order of the trees and of the ids in a tree."""
    from pyspark.sql import SparkSession

    folder = tempfile.mkdtemp(prefix="synapse-trees-")
    try:
        stage.write().overwrite().save(folder)
        rows = SparkSession.active().read.parquet(f"{folder}/data").collect()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    trees: dict[int, list[Node]] = {}
    for row in (row.asDict(recursive=True) for row in rows):
        trees.setdefault(row.get("treeID", 0), []).append(row.get("nodeData", row))
    return [sorted(trees[index], key=lambda node: int(node["id"])) for index in sorted(trees)]
