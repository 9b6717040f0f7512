"""The record of released versions: what was released is never edited."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from leadline.errors import Fault, FrameworkError
from leadline.frameworks.catalogue import BUILT_IN, built_in_folders, load_framework
from leadline.frameworks.toml import toml_text

RECORD = BUILT_IN / "released.toml"
_HEADER = """\
# SHA-256 of the content of every released version. Written by: python -m leadline.frameworks
# A line here is never changed; a framework is changed in a new version.

"""


def released_hashes(record: Path = RECORD) -> Mapping[str, Mapping[str, str]]:
    """Recorded content hash of every released version that comes with Leadline.

    Parameters
    ----------
    record : Path

    Returns
    -------
    mapping of id to mapping of version to SHA-256
        Empty where there is no record.

    Examples
    --------
    >>> released_hashes(Path("nowhere.toml"))
    {}
    """
    return tomllib.loads(record.read_text(encoding="utf-8")) if record.exists() else {}


def check_releases(record: Path = RECORD) -> tuple[Fault, ...]:
    """Released versions that differ from their record, are missing, or are not recorded.

    Parameters
    ----------
    record : Path

    Returns
    -------
    tuple of Fault
        Empty where every version with a date of release is as it was released.

    Examples
    --------
    >>> {fault.code for fault in check_releases(Path("nowhere.toml"))}
    {'frameworks.release_unrecorded'}
    """
    current = _current()
    recorded = _pairs(released_hashes(record))
    faults = [
        _fault("release_lost" if name not in current else "release_changed", name)
        for name, known in recorded.items()
        if current.get(name) != known
    ]
    return (*faults, *(_fault("release_unrecorded", name) for name in current if name not in recorded))


def record_releases(record: Path = RECORD) -> Mapping[tuple[str, str], str]:
    """Record every version that has a date of release and is not recorded yet.

    To release a version: give it its ``released`` date, then run ``python -m leadline.frameworks``
    and commit ``data/released.toml`` with it.

    Parameters
    ----------
    record : Path

    Returns
    -------
    mapping of (id, version) to hash
        What was added.

    Raises
    ------
    FrameworkError
        A recorded version was changed or is missing; nothing is written.

    Examples
    --------
    >>> import tempfile
    >>> record = Path(tempfile.mkdtemp()) / "released.toml"
    >>> ("technical-leadership", "1.0.0") in record_releases(record)
    True
    >>> record_releases(record), check_releases(record)
    ({}, ())
    """
    broken = [fault for fault in check_releases(record) if fault.code != "frameworks.release_unrecorded"]
    if broken:
        raise FrameworkError("frameworks.faulty", place=str(record), faults=broken)
    recorded = _pairs(released_hashes(record))
    current = _current()
    added = {name: found for name, found in current.items() if name not in recorded}
    table: dict[str, dict[str, str]] = {}
    for (framework, version), found in sorted({**recorded, **added}.items()):
        table.setdefault(framework, {})[version] = found
    record.write_text(_HEADER + toml_text(table), encoding="utf-8", newline="\n")
    return added


def _pairs(hashes: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], str]:
    return {
        (name, version): found for name, versions in hashes.items() for version, found in versions.items()
    }


def _current() -> dict[tuple[str, str], str]:
    """Hashes of the built-in versions that have a date of release."""
    frameworks = (load_framework(path) for path in built_in_folders())
    return {(found.id, found.version): found.hash for found in frameworks if found.released}


def _fault(code: str, name: tuple[str, str]) -> Fault:
    fields = {"framework": name[0], "version": name[1]}
    return Fault(f"frameworks.{code}", RECORD.name, column=".".join(name), fields=fields)
