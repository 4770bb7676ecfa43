from __future__ import annotations

import subprocess
import sys

import pytest

import synapse_magic

HEAVY = ["pyspark", "numpy", "pandas", "lightgbm", "matplotlib", "pyarrow", "scipy"]
LOADED = f"import sys; print([m for m in {HEAVY} if m in sys.modules])"


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_importing_the_package_loads_the_standard_library_alone() -> None:
    listing = (
        "import sys; before = set(sys.modules); import synapse_magic; "
        "new = {m.partition('.')[0] for m in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names) - {'synapse_magic'}))"
    )
    assert run(listing) == "[]"


def test_loading_the_extension_loads_no_heavy_library() -> None:
    code = (
        "from IPython.core.interactiveshell import InteractiveShell; "
        "shell = InteractiveShell(); shell.run_line_magic('load_ext', 'synapse_magic'); " + LOADED
    )
    assert run(code) == "[]"


def test_planning_language_loads_no_heavy_library() -> None:
    code = "from synapse_magic.language import line; line.parse('show people'); " + LOADED
    assert run(code) == "[]"


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("name", sorted(synapse_magic.PUBLIC))
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(synapse_magic, name).__doc__
    assert name in dir(synapse_magic)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'LigthGBM'"):
        _ = synapse_magic.LigthGBM
