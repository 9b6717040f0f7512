"""The example organisation, written out and assessed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from leadline.errors import Language, SourceError
from leadline.workflows.assessment import AssessResult, assess
from leadline.workflows.folder import whole_folder, write_manifest
from leadline.workflows.progress import Progress, silent

TABLES = ("ratings.csv", "responses.csv", "outcomes.csv", "people.csv", "groups.csv")
EVIDENCE, ASSESSMENT = "acme", "assessment"


@dataclass(frozen=True, kw_only=True)
class DemoResult:
    """What the demonstration wrote.

    Attributes
    ----------
    evidence : Path
        Folder with the tables of the example organisation.
    assessment : AssessResult
    """

    evidence: Path
    assessment: AssessResult


def demo_evidence() -> Path:
    """Folder with the tables of Acme, the example organisation.

    Returns
    -------
    Path
        Inside the installed package, or ``examples/acme`` of a checkout.

    Raises
    ------
    SourceError
        The package was installed without it.

    Examples
    --------
    >>> (demo_evidence() / "ratings.csv").exists()
    True
    """
    package = Path(str(files("leadline")))
    for folder in (package / "workflows" / "data" / "acme", package.parents[1] / "examples" / "acme"):
        if (folder / TABLES[0]).is_file():
            return folder
    raise SourceError("workflows.no_example")


def demo(
    out: str | Path = "leadline-demo",
    *,
    language: Language = "en",
    seed: int = 0,
    progress: Progress = silent,
) -> DemoResult:
    """Write the tables of the example organisation to a folder and assess them.

    Parameters
    ----------
    out : path
        Folder for ``acme``, the tables, and ``assessment``; an earlier demonstration there is replaced.
    language : {"en", "zh"}
        Of the reports.
    seed : int
    progress : callable
        Told the stage and the part done.

    Returns
    -------
    DemoResult

    Examples
    --------
    >>> import tempfile
    >>> result = demo(Path(tempfile.mkdtemp()) / "demo")
    >>> sorted(path.name for path in result.evidence.iterdir())
    ['groups.csv', 'outcomes.csv', 'people.csv', 'ratings.csv', 'responses.csv']
    """
    out = Path(out)
    with whole_folder(out) as folder:
        (folder / EVIDENCE).mkdir()
        for name in TABLES:
            shutil.copyfile(demo_evidence() / name, folder / EVIDENCE / name)
        result = assess(
            folder / EVIDENCE, folder / ASSESSMENT, language=language, seed=seed, progress=progress
        )
        write_manifest(folder, "demo", {"seed": seed, "language": language})
    return DemoResult(evidence=out / EVIDENCE, assessment=replace(result, out=out / ASSESSMENT))
