"""What whoever decides in a selection must have read: how sure the order is, and what was not tested."""

from __future__ import annotations

from leadline.web.cycles.models import Cycle
from leadline.web.look.templatetags.look import language, text
from leadline.web.results.access import results


def notes(cycle: Cycle) -> tuple[str, ...]:
    """Notes in the language of the page.

    Parameters
    ----------
    cycle : Cycle
        Scored.

    Returns
    -------
    tuple of str
        Counts only: nobody is named.
    """
    rows = list(results(cycle))
    sheets = [row.figures.get("sheet") or {} for row in rows]
    spans = [(one["lower"], one["upper"]) for sheet in sheets if (one := sheet.get("overall"))]
    said = [text("results.fairness.untested")]
    if len(spans) > 1:
        pairs = [(a, b) for n, a in enumerate(spans) for b in spans[n + 1 :]]
        open_ = sum(a[0] <= b[1] and b[0] <= a[1] for a, b in pairs)
        said.append(text("results.fairness.overlap", n=open_, pairs=len(pairs)))
    if without := len(rows) - len(spans):
        said.append(text("results.fairness.without", n=without))
    if partial := sum(bool(sheet.get("partial")) for sheet in sheets if sheet.get("overall")):
        said.append(text("results.fairness.partial", n=partial))
    if kept := sum(row.kept is not None for row in rows):
        said.append(text("results.fairness.kept", n=kept))
    found = rows[0].run.tables["notices"].get(language(), []) if rows else []
    return (*said, *found)
