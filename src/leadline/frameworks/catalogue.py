"""Where frameworks are found: those that come with Leadline and a folder of the user's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from leadline.errors import Fault, FrameworkError, SourceError, UsageError
from leadline.frameworks.framework import Framework
from leadline.frameworks.model import Text
from leadline.frameworks.nearest import spelling
from leadline.frameworks.reading import Reader
from leadline.frameworks.rules import check_rules
from leadline.frameworks.source import read_source
from leadline.frameworks.versions import newest, precedence

BUILT_IN = Path(__file__).parent / "data"
_VARIABLE = "LEADLINE_FRAMEWORKS"


@dataclass(frozen=True)
class FrameworkSummary:
    """One line of the list of frameworks.

    Attributes
    ----------
    path : Path
        Folder of the version.
    is_built_in : bool
        Whether it comes with Leadline.
    faults : tuple of Fault
        What is wrong with it; a faulty framework is listed but does not load.
    """

    id: str
    version: str
    title: Text
    released: date | None
    path: Path
    is_built_in: bool
    n_factors: int
    n_competencies: int
    n_items: int
    profiles: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


def load_framework(
    id_or_path: str | Path, version: str | None = None, *, folder: str | Path | None = None
) -> Framework:
    """Load and check a framework.

    Parameters
    ----------
    id_or_path : str or Path
        An id, ``id@version``, or the folder of one version. Text with a path separator, or that
        starts with a dot, is a folder.
    version : str, optional
        The newest released version by default.
    folder : path, optional
        Folder with frameworks of your own as ``<id>/<version>/*.toml``, beside those that come
        with Leadline; by default the one named by the variable ``LEADLINE_FRAMEWORKS``.

    Returns
    -------
    Framework

    Raises
    ------
    FrameworkError
        The framework breaks its rules; ``faults`` has all of them.
    SourceError
        No such folder, or nothing in it.
    UsageError
        No such framework or version (the message gives the nearest name), or two with one name.

    Examples
    --------
    >>> framework = load_framework("technical-leadership")
    >>> [factor.id for factor in framework.factors]
    ['technical_expertise', 'leadership_ability', 'business_insight', 'performance_goals']
    """
    if _is_path(id_or_path):
        if version is not None:
            raise UsageError("frameworks.version_of_folder", place=str(id_or_path), version=version)
        return _load(Path(id_or_path))
    wanted, _, stated = str(id_or_path).partition("@")
    if stated and version not in (None, stated):
        raise UsageError("frameworks.two_versions", first=stated, second=version)
    found = _found(_user_folder(folder))
    if wanted not in found:
        code, fields = spelling("frameworks.{}_framework", wanted, sorted(found))
        raise UsageError(code, **fields)
    versions = found[wanted]
    chosen = version or stated or newest(versions)
    if chosen not in versions:
        code, fields = spelling("frameworks.{}_version", chosen, sorted(versions, key=precedence))
        raise UsageError(code, **fields, framework=wanted)
    if len(versions[chosen]) > 1:
        places = "; ".join(str(path) for path in versions[chosen])
        raise UsageError("frameworks.two_of_one_name", framework=wanted, version=chosen, places=places)
    return _load(versions[chosen][0], (wanted, chosen))


def list_frameworks(folder: str | Path | None = None) -> tuple[FrameworkSummary, ...]:
    """All frameworks that `load_framework` finds, by id and from the oldest version to the newest.

    Parameters
    ----------
    folder : path, optional
        As for `load_framework`.

    Returns
    -------
    tuple of FrameworkSummary

    Raises
    ------
    SourceError
        No such folder.

    Examples
    --------
    >>> sorted({summary.id for summary in list_frameworks()})
    ['opinion-leader', 'technical-leadership']
    """
    return tuple(
        _summary(framework_id, version, path)
        for framework_id, versions in sorted(_found(_user_folder(folder)).items())
        for version in sorted(versions, key=precedence)
        for path in versions[version]
    )


def check_framework(path: str | Path) -> tuple[Fault, ...]:
    """Everything wrong with a framework, all at once.

    Parameters
    ----------
    path : path
        Folder of one version.

    Returns
    -------
    tuple of Fault
        Empty where all is well. ``place`` is the file, ``row`` the line of the element's header
        where it is known, ``column`` the key path, such as ``items[delegation_2].anchors[3]``:
        elements are named by their id, or else by their number in the file, counted from 1.

    Raises
    ------
    SourceError
        No such folder, or no ``.toml`` file in it.

    Examples
    --------
    >>> [fault for summary in list_frameworks() for fault in check_framework(summary.path)]
    []
    """
    return _read(Path(path))[1]


def built_in_folders() -> tuple[Path, ...]:
    """Version folders of the frameworks that come with Leadline."""
    return tuple(path for versions in _found(None).values() for (path,) in versions.values())


def _is_path(text: str | Path) -> bool:
    separators = tuple(mark for mark in (os.sep, os.altsep) if mark)
    return isinstance(text, Path) or text.startswith(".") or any(mark in text for mark in separators)


def _user_folder(folder: str | Path | None) -> Path | None:
    chosen = folder or os.environ.get(_VARIABLE)
    if not chosen:
        return None
    if not Path(chosen).is_dir():
        raise SourceError("frameworks.no_folder", place=str(chosen))
    return Path(chosen)


def _found(user_folder: Path | None) -> Mapping[str, Mapping[str, list[Path]]]:
    """Folders by id and version; more than one where the user's folder repeats a name."""
    found: dict[str, dict[str, list[Path]]] = {}
    for root in (BUILT_IN, user_folder):
        for file in sorted(root.glob("*/*/*.toml")) if root else ():
            paths = found.setdefault(file.parent.parent.name, {}).setdefault(file.parent.name, [])
            if file.parent not in paths:
                paths.append(file.parent)
    return found


def _load(path: Path, name: tuple[str, str] | None = None) -> Framework:
    framework, faults = _read(path, name)
    if faults or framework is None:
        raise FrameworkError("frameworks.faulty", place=str(path), faults=faults)
    return framework


def _read(path: Path, name: tuple[str, str] | None = None) -> tuple[Framework | None, tuple[Fault, ...]]:
    source = read_source(path)
    if not source.is_whole:
        return None, tuple(source.faults)
    reader = Reader(source)
    framework = reader.framework()
    check_rules(reader, framework)
    for key, wanted in zip(("id", "version"), name or (), strict=False):
        if getattr(framework, key) != wanted and reader.is_sound(key):
            reader.note("misplaced", (key,), getattr(framework, key), wanted=wanted)
    return framework, tuple(reader.faults)


def _summary(framework_id: str, version: str, path: Path) -> FrameworkSummary:
    framework, faults = _read(path, (framework_id, version))
    fallback = Text(framework_id, framework_id)
    return FrameworkSummary(
        id=framework_id,
        version=version,
        title=framework.title if framework and framework.title != Text("", "") else fallback,
        released=framework.released if framework else None,
        path=path,
        is_built_in=path.is_relative_to(BUILT_IN),
        n_factors=len(framework.factors) if framework else 0,
        n_competencies=len(framework.competencies) if framework else 0,
        n_items=len(framework.items) if framework else 0,
        profiles=tuple(profile.id for profile in framework.profiles) if framework else (),
        faults=faults,
    )
