"""Run benchmarks, print each as a table and write it to ``benchmarks/results/<name>.csv``.

python -m benchmarks                  all of them
python -m benchmarks startup          some of them

A benchmark is a module of this package with a function ``run() -> list of rows``, all rows with the
same keys. Packages with a ``__main__`` of their own (``benchmarks.engine``) are run by their name.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def names() -> list[str]:
    """Modules that hold a benchmark."""
    found = (one.name for one in pkgutil.iter_modules([str(HERE)]) if not one.ispkg)
    return [name for name in found if "def run(" in (HERE / f"{name}.py").read_text(encoding="utf-8")]


def show(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a table of text."""
    table = [
        list(rows[0]),
        *([("" if value is None else str(value)) for value in row.values()] for row in rows),
    ]
    widths = [max(len(row[n]) for row in table) for n in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table
    )


def write(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Rows as CSV."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    known = names()
    parser = argparse.ArgumentParser("python -m benchmarks", description="Run benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    for name in parser.parse_args().names or known:
        if name not in known:
            parser.error(f"no benchmark {name!r}; there are: {', '.join(known)}")
        rows = importlib.import_module(f"benchmarks.{name}").run()
        write(rows, RESULTS / f"{name}.csv")
        print(f"\n{name}\n{show(rows)}", flush=True)


if __name__ == "__main__":
    main()
