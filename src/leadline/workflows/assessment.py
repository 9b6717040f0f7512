"""From evidence to a folder of scores, reasons and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadline.errors import Language, UsageError
from leadline.evidence import Evidence, Source, read_evidence, to_json, write_csv
from leadline.frameworks import load_framework
from leadline.reports import described, report
from leadline.scoring import Scorecard
from leadline.workflows.evaluation import assess_evidence
from leadline.workflows.folder import check_replaceable, check_writable, whole_folder, write_manifest
from leadline.workflows.progress import Progress, silent
from leadline.workflows.pseudonyms import with_pseudonyms, write_key
from leadline.workflows.withheld import measures_of, without_withheld

REJECTED = "rejected.csv"


@dataclass(frozen=True, kw_only=True)
class AssessResult:
    """What an assessment wrote.

    Attributes
    ----------
    out : Path
        Folder.
    files : tuple of str
        Everything in it, by path with forward slashes.
    scorecard : Scorecard
        As saved: raters under pseudonyms.
    rejected : Path or None
        Rows that were left out, with the reason; beside ``out``.
    n_rejected : int
    """

    out: Path
    files: tuple[str, ...]
    scorecard: Scorecard
    rejected: Path | None = None
    n_rejected: int = 0

    @property
    def report(self) -> Path:
        """The report for management."""
        return self.out / "report.html"

    def to_json(self, language: Language = "en") -> dict[str, Any]:
        """JSON-ready summary: where everything is, the ranking, and what a reader must know."""
        card = self.scorecard
        notices = (*card.measures.notices, *card.notices)
        return {
            "out": str(self.out),
            "report": str(self.report),
            "framework": f"{card.framework.id}@{card.framework.version}",
            "cycle": card.measures.cycle,
            "ranking": to_json(card.ranking_frame()),
            "notices": [{"code": n.code, "message": described(n, card.framework, language)} for n in notices],
            "files": list(self.files),
            "rejected": None if self.rejected is None else str(self.rejected),
            "n_rejected": self.n_rejected,
        }


def assess(
    source: Source | Mapping[str, Source],
    out: str | Path,
    *,
    framework: str | Path = "technical-leadership",
    profiles: Sequence[str] = (),
    language: Language = "en",
    formula: str | None = None,
    rho: float | None = None,
    cycle: str | None = None,
    top_k: int | None = None,
    method: str = "marginal",
    seed: int = 0,
    keep_good: bool = False,
    last_wins: bool = False,
    pdf: bool = False,
    rater_key: str | Path | None = None,
    progress: Progress = silent,
) -> AssessResult:
    """Measure, score, rank and explain, and write a folder with all of it.

    Parameters
    ----------
    source : path, mapping of table to source, or dataframe
        Evidence directory, or whatever else :func:`leadline.read_evidence` reads.
    out : path
        Folder to write; an earlier output of Leadline there is replaced.
    framework : str or path
        Id, ``id@version`` or path.
    profiles : sequence of str
        Role and industry profiles to apply.
    language : {"en", "zh"}
        Of the reports.
    formula, rho
        Otherwise the framework's.
    cycle : str, optional
        Otherwise the last.
    top_k : int, optional
        The k of ``p_top_k``.
    method : {"marginal"}
    seed : int
    keep_good, last_wins : bool
        As :func:`leadline.read_evidence`; rows left out are listed in ``rejected.csv`` beside ``out``.
    pdf : bool
        Also PDF; a browser writes the time of printing into these files.
    rater_key : path, optional
        File for who stands behind which pseudonym, readable by its owner alone.
    progress : callable
        Told the stage and the part done.

    Returns
    -------
    AssessResult

    Raises
    ------
    LeadlineError
        Whatever is wrong with evidence, framework or options; then nothing is written.

    Examples
    --------
    >>> import tempfile
    >>> goals = {"ratee": ["ada", "lin"], "item": ["goal_attainment"] * 2, "value": [80, 60]}
    >>> goals |= {"target": [100, 100], "baseline": [0, 0]}
    >>> result = assess({"outcomes": goals}, Path(tempfile.mkdtemp()) / "out")
    >>> result.report.name, result.scorecard.rank.tolist()
    ('report.html', [1.0, 2.0])
    """
    out, key_file = Path(out), None if rater_key is None else Path(rater_key)
    check_replaceable(out)
    check_writable(out)
    if key_file is not None and key_file.resolve().is_relative_to(out.resolve()):
        raise UsageError("workflows.key_inside", place=str(rater_key))
    if key_file is not None:
        check_writable(key_file)
    progress("workflows.stage.read", 0.0)
    criteria = load_framework(framework).with_profiles(*profiles)
    evidence = read_evidence(source, criteria, keep_good=keep_good, last_wins=last_wins)
    scorecard = assess_evidence(
        evidence,
        criteria,
        formula=formula,
        rho=rho,
        cycle=cycle,
        top_k=top_k,
        method=method,
        seed=seed,
        progress=lambda stage, done: progress(stage, 0.1 + 0.5 * done),
    )
    scorecard, key = with_pseudonyms(without_withheld(scorecard))
    options = {"language": language, "method": method, "keep_good": keep_good, "last_wins": last_wins}
    facts = _facts(scorecard, evidence) | {"options": {**options, "pdf": pdf}}
    with whole_folder(out) as folder:
        scorecard.save(folder)
        write_csv(scorecard.quality_frame(language=language), folder / "quality.csv")
        write_csv(measures_of(scorecard).to_frame(), folder / "measures.csv")
        write_csv(scorecard.information_frame(), folder / "information.csv")
        progress("workflows.stage.report", 0.6)
        report(scorecard, folder, language=language, pdf=pdf)
        write_manifest(folder, "assess", facts)
        if key_file is not None:
            write_key(key_file, key)
        rejected = _write_rejected(evidence, out)
    progress("workflows.stage.report", 1.0)
    files = tuple(sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()))
    n_rejected = 0 if evidence.rejected is None else len(evidence.rejected)
    return AssessResult(out=out, files=files, scorecard=scorecard, rejected=rejected, n_rejected=n_rejected)


def _facts(scorecard: Scorecard, evidence: Evidence) -> dict[str, Any]:
    framework = scorecard.framework
    return {
        "framework": {
            "id": framework.id,
            "version": framework.version,
            "applied": list(framework.applied),
            "hash": framework.hash,
        },
        "input": {
            "hash": evidence.hash,
            "tables": {name: len(table) for name, table in evidence.tables.items()},
        },
        "cycle": scorecard.measures.cycle,
        "formula": {"name": scorecard.formula.name, "rho": f"{scorecard.formula.rho:g}"},
        "top_k": scorecard.k,
        "seed": scorecard.seed,
    }


def _write_rejected(evidence: Evidence, out: Path) -> Path | None:
    if evidence.rejected is None:
        return None
    path = out.resolve().parent / REJECTED
    write_csv(evidence.rejected, path)
    return path
