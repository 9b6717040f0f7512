"""``leadline describe``: what is in a source."""

from __future__ import annotations

from leadline.cli.output import write_document
from leadline.cli.speech import manner
from leadline.workflows import describe_source


def run(*, source: str, query: str | None) -> None:
    """Print what is in a source."""
    found = describe_source(source, query=query)
    if manner().as_json:
        write_document(found.to_json())
