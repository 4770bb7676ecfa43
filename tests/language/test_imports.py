from __future__ import annotations

import pkgutil
import subprocess
import sys

import synapse_magic.language


def test_no_module_of_the_language_loads_pyspark_or_numpy() -> None:
    modules = [
        info.name
        for info in pkgutil.walk_packages(
            synapse_magic.language.__path__, "synapse_magic.language."
        )
    ]
    assert len(modules) > 20
    check = (
        f"import sys, importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
        "print([m for m in ('pyspark', 'numpy', 'pandas', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_line_without_stages_is_planned_and_completed_without_pyspark() -> None:
    check = (
        "import sys\n"
        "from synapse_magic.language.completion import complete\n"
        "from synapse_magic.language.context import Context\n"
        "from synapse_magic.language.line import parse\n"
        "from synapse_magic.language.plan import plan\n"
        "plan(parse('load people.csv'), 'where = age > {limit}', Context({'limit': 3}))\n"
        "complete('%synapse lo', 11, Context())\n"
        "print('pyspark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
