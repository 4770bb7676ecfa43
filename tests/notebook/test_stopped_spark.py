"""A dashboard and a builder whose Spark was stopped: they answer, and say what they cannot do."""

from __future__ import annotations

import json
import subprocess
import sys

# In a process of its own, since all tests share the session of theirs.
STORY = """
import json
import numpy as np
import synapse_magic
from synapse_magic import Dashboard, Explanation, ModelBuilder
from synapse_magic.errors import SynapseError
from synapse_magic.notebook.builder.app import BuilderApp
from synapse_magic.notebook.lab.state import now
from synapse_magic.notebook.memory import Memory

session = synapse_magic.start("local[1]", app="stopped", conf={"spark.ui.enabled": False})
df = session.spark.createDataFrame([(i, 0.5 * i) for i in range(60)], "id int, pay double")
values = np.linspace(-1, 1, 60)[:, None, None]
data = {"pay": values[:, 0, 0]}
why = Explanation(values, np.zeros((60, 1)), values.sum(1), data, ("pay",), ("yes",), "logit",
                  "linear", 60, labels=np.array(["yes", "no"] * 30, dtype=object))
board = Dashboard(why, None, df)
builder = ModelBuilder(df, name="df")
before = now({"df": df.cache()}, Memory(), "synapse")["frames"]
session.stop()
after = now({"df": df}, Memory(), "synapse")["frames"]

def said(work):
    try:
        work()
    except SynapseError as error:
        return str(error)

app = board._app
shown = app.answer("overview", {"cohort": "all rows"})["cohorts"][0]["rows"]
found = said(lambda: app.answer("find", {"column": "id", "value": "7", "number": 1}))
form = BuilderApp(builder)
opened = form.answer("open", {})
for change in ({"op": "target", "column": "pay"},
               {"op": "algorithm", "name": "LightGBMRegressor", "on": True},
               {"op": "features", "columns": ["id"], "on": True}):
    clicked = form.answer("click", {"change": change})
run = said(builder.start)
print(json.dumps({"rows": shown, "found": found, "columns": len(opened["columns"]),
                  "frames": before + after, "text": clicked["text"], "still": len(app.still()),
                  "run": run}))
"""


def test_what_needs_no_spark_is_answered_and_the_rest_says_that_it_was_stopped() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STORY], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["rows"], told["columns"]) == (60, 2)
    assert told["frames"] == [
        {"name": "df", "cached": True, "gone": False},
        {"name": "df", "cached": False, "gone": True},
    ]
    assert "pay" in told["text"]
    assert told["still"] > 1000
    for asked in ("found", "run"):
        assert told[asked].startswith("Spark was stopped. Try: %synapse start"), told
