"""Write the README's table of services, from their rows.

Run ``python tests/contract/services_table.py`` after a row changed; a test fails when it is stale.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from synapse_magic.services import row_names
from synapse_magic.services.row_file import read_rows
from synapse_magic.services.yaml_file import read_yaml

README = Path(__file__).parents[2] / "README.md"
_TABLE = re.compile(r"^\| Services \| Stages \|\n(?:\|.*\n)+", re.MULTILINE)


def table() -> str:
    """Return the table: for each family its stages, with those that end and those that ended."""
    families: dict[str, list[dict[str, Any]]] = {}
    for place in sorted(row_names.FOLDER.glob("*.yaml")):
        title = read_yaml(place)["title"]
        families.setdefault(title, []).extend(read_rows(place))
    gone = [row for rows in families.values() for row in rows if row["status"] == "retired"]
    lines = ["| Services | Stages |", "|---|---|"]
    for title, rows in sorted(families.items()):
        live = [_shown(row) for row in rows if row["status"] != "retired"]
        lines += [f"| {title} | {', '.join(live)} |"] if live else []
    names = ", ".join(f"`{row['name']}`" for row in gone)
    return "\n".join([*lines, f"| retired; they say what to use | {names} |", ""])


def readme() -> str:
    """Return the README with today's table in it."""
    return _TABLE.sub(lambda _: table(), README.read_text(encoding="utf-8"))


def _shown(row: dict[str, Any]) -> str:
    if row["status"] == "ga":
        return f"`{row['name']}`"
    until = f" until {row['until']}" if row.get("until") else ""
    return f"`{row['name']}` ({row['status']}{until})"


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
