"""The documents on disk."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from leadline.errors import LANGUAGES, Language, ReportError
from leadline.reports.lens import Lens
from leadline.reports.management import management_page
from leadline.reports.person import person_page
from leadline.reports.printing import find_browser, print_pages
from leadline.scoring import Scorecard


def report(
    scorecard: Scorecard, out: str | PathLike[str], *, language: Language = "en", pdf: bool = False
) -> tuple[Path, ...]:
    """Write the report for management and a page for each person.

    Parameters
    ----------
    scorecard : Scorecard
        P people.
    out : path
        Folder to write into; made if it is not there. Files of the same names are replaced.
    language : {"en", "zh"}
    pdf : bool
        Also print every document by an installed Chromium, Chrome or Edge.

    Returns
    -------
    tuple of Path
        ``report.html`` and one ``people/<person>.html`` each, in the scorecard's order, then the PDF
        of each, if asked for. Every HTML file needs nothing but itself: no script, no network.

    Raises
    ------
    ReportError
        Unknown language; no browser for the PDF (before anything is written); printing failed.

    Notes
    -----
    The same scorecard gives the same HTML, byte for byte. Raters appear by pseudonym only, and
    figures that too few people gave do not appear.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from leadline.scoring import score
    >>> with TemporaryDirectory() as folder:
    ...     [path.name for path in report(score({"te": 85, "la": 80, "bi": 75, "pg": 90}), folder)]
    ['report.html', '1.html']
    """
    if language not in LANGUAGES:
        raise ReportError(
            "errors.no_such_option", name="language", value=language, allowed=", ".join(LANGUAGES)
        )
    browser = find_browser() if pdf else ""
    folder = Path(out)
    (folder / "people").mkdir(parents=True, exist_ok=True)
    lens = Lens(scorecard, language)
    pages = {folder / "report.html": management_page(lens)}
    for row, ratee in enumerate(scorecard.ratees):
        pages[folder / "people" / f"{lens.files[ratee]}.html"] = person_page(lens, row)
    for path, html in pages.items():
        path.write_text(html, encoding="utf-8", newline="\n")
    if not pdf:
        return tuple(pages)
    pages[folder / "report.html"] = management_page(lens, links=False)
    printed = {path.with_name(f"{path.stem}.pdf"): html for path, html in pages.items()}
    print_pages([(html, path) for path, html in printed.items()], browser)
    return (*pages, *printed)
