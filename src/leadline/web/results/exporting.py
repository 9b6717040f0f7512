"""One's own result as files: CSV for people, JSON for programs. The same figures as the page, no others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadline.web.cycles.models import Cycle
from leadline.web.look.templatetags.look import language, text
from leadline.web.results.access import Seen, shown_comments
from leadline.web.results.presenting import Row, Score, closed_on, group_title, page_of
from leadline.web.results.sheets import framework_of

HEADS = ("kind", "construct", "score", "lower", "upper", "expected", "own")


def csv_rows(seen: Seen) -> Iterator[list[object]]:
    """Rows under :data:`HEADS`: scores, groups' views, comments."""
    said = seen.correction
    if said and said.withdrawn:
        yield [text("results.kinds.withdrawn"), said.withdrawn, said.reason, "", "", "", ""]
    if said and said.note:
        yield [text("results.kinds.note"), said.noted, said.note, "", "", "", ""]
    if seen.is_withdrawn:
        return
    page = page_of(seen.result, seen.participant.cycle)
    whole = Row("overall", text("results.overall"), page.overall)
    for kind, rows in (("overall", (whole,)), ("factor", page.factors), ("competency", page.competencies)):
        for row in rows:
            yield [text(f"results.kinds.{kind}"), row.title, *_cells(row.score), row.expected, row.own_said]
    for title, scores in page.views:
        for (_, head), score in zip(page.heads, scores, strict=True):
            yield [head, title, *_cells(score), "", ""]
    framework, spoken = framework_of(seen.participant.cycle), language()
    for comment in shown_comments(seen):
        group = group_title(framework, comment.group, spoken)
        yield [text("results.kinds.comment"), group, comment.text, "", "", "", ""]


def _cells(score: Score | None) -> list[object]:
    if score is None:
        return ["", "", ""]
    return [round(value, 1) for value in (score.value, score.lower, score.upper)]


def _without_place(sheet: dict[str, Any] | None) -> dict[str, Any] | None:
    """A place tells about the others in the cycle, not about the ratee."""
    return None if sheet is None else {name: value for name, value in sheet.items() if name != "rank"}


def _corrected(seen: Seen) -> dict[str, Any]:
    """What was done about a result in which something is wrong; nothing of one that is right."""
    found: dict[str, Any] = {}
    if seen.correction and seen.correction.withdrawn:
        found["withdrawn"] = {"day": seen.correction.withdrawn, "reason": seen.correction.reason}
    if seen.correction and seen.correction.note:
        found["note"] = {"day": seen.correction.noted, "text": seen.correction.note}
    return found


def document(seen: Seen) -> dict[str, Any]:
    """Everything held about the ratee in this cycle that may be shown, JSON-ready."""
    cycle: Cycle = seen.participant.cycle
    run, figures = seen.result.run, seen.result.figures
    return {
        "cycle": {"title": cycle.title, "purpose": cycle.purpose, "closed": closed_on(seen)},
        **_corrected(seen),
        "ratee": seen.participant.name,
        "level": run.tables.get("level"),
        "figures": _without_place(figures.get("sheet")),
        "groups": figures.get("groups"),
        "raters": figures.get("raters"),
        "comments": [
            {"group": comment.group, "competency": comment.competency, "text": comment.text}
            for comment in shown_comments(seen)
        ],
        "contests": [
            {"text": one.text, "answer": one.answer, "time": one.time.isoformat()}
            for one in seen.participant.contests.order_by("time")
        ],
        # Of the run that made the figures: those that stay in a later one are the same to the byte.
        "versions": figures.get("versions", run.versions),
        "input_hash": figures.get("input_hash", run.input_hash),
    }
