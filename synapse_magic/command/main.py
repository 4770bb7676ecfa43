"""``synapse-magic demo``, ``lab`` and ``doctor``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import synapse_magic
from synapse_magic.errors import SynapseError

FOLDER = Path("synapse-magic-demo")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except SynapseError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="synapse-magic",
        description="Machine-learning pipelines on Spark, made and explained in the notebook.",
    )
    parser.add_argument("--version", action="version", version=synapse_magic.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="run the quickstart notebook and show what it found")
    demo.set_defaults(run=_demo)
    lab = commands.add_parser("lab", help="open JupyterLab on the demo notebooks")
    lab.set_defaults(run=_lab)
    for command in (demo, lab):
        command.add_argument(
            "--folder", type=Path, default=FOLDER, help=f"where to work (default: ./{FOLDER})"
        )
    doctor = commands.add_parser("doctor", help="say what is present, missing and how to mend it")
    doctor.set_defaults(run=_doctor)
    return parser


def _demo(options: argparse.Namespace) -> int:
    from synapse_magic.command.demo import run_demo

    return run_demo(options.folder)


def _lab(options: argparse.Namespace) -> int:
    from synapse_magic.command.lab import open_lab

    return open_lab(options.folder)


def _doctor(_: argparse.Namespace) -> int:
    from synapse_magic.command.doctor import main as examine

    return examine()


if __name__ == "__main__":
    sys.exit(main())
