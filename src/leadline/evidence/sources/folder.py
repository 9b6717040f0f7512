"""An evidence directory: files named after the tables."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from pathlib import Path

from leadline.errors import Fault
from leadline.evidence.sources.kind import KIND_OF_SUFFIX
from leadline.evidence.tables import MEASURED, TABLES

_MISSPELT = 0.8


def table_files(folder: Path) -> tuple[dict[str, Path], list[Fault]]:
    """Files of a directory by the table they are named after.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    files : dict of table to Path
        In the order of the tables.
    faults : list of Fault
        No table at all, two files for one table, names that seem misspelt.
    """
    place = folder.name or str(folder)
    named: dict[str, list[Path]] = defaultdict(list)
    others: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~")) or path.is_dir() or path.suffix.lower() not in KIND_OF_SUFFIX:
            continue
        stem = path.stem.lower()
        (named[stem] if stem in TABLES else others).append(path)
    faults = []
    for name, paths in named.items():
        if len(paths) > 1:
            files = ", ".join(path.name for path in paths)
            faults.append(
                Fault("evidence.two_files", place, None, None, None, {"table": name, "files": files})
            )
    absent = [name for name in TABLES if name not in named]
    misspelt = False
    for path in others:
        near = get_close_matches(path.stem.lower(), absent, n=1, cutoff=_MISSPELT)
        if near:
            misspelt |= near[0] in MEASURED
            faults.append(Fault("evidence.misnamed_file", path.name, fields={"near": near[0]}))
    if not misspelt and not any(name in named for name in MEASURED):
        found = ", ".join(sorted(path.name for path in folder.iterdir())[:10]) or "—"
        faults.append(
            Fault("evidence.no_table", place, fields={"found": found, "allowed": ", ".join(MEASURED)})
        )
    return {name: named[name][0] for name in TABLES if len(named[name]) == 1}, faults
