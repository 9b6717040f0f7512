"""``leadline audit``: whether the audit of the web application still is what was written."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from typing import Any

import click

from leadline.cli.failures import FAILED, FINE
from leadline.cli.output import write_document
from leadline.cli.speech import manner, say


def run_verify(**options: Any) -> int:
    """Check every chain; say where one does not hold."""
    # By name: the two faces do not import each other, and Django loads for this command alone.
    found = import_module("leadline.web.project.verifying").verify(**options)
    status = FAILED if any(one.findings for one in found) else FINE
    if manner().as_json:
        write_document({"holds": status == FINE, "chains": [_document(one) for one in found]})
        return status
    for one in found:
        key = "broken" if one.findings else "holds"
        name = one.name or one.organisation
        click.echo(say(f"audit.{key}", name=name, n=one.n, keyed_from=one.keyed_from))
        for finding in one.findings:
            click.echo(f"  {finding.describe(manner().language)}")
        heads = "audit.heads" if one.heads else "audit.no_heads"
        click.echo(f"  {say(heads, n=one.heads, day=one.last_head)}")
    return status


def _document(verdict: Any) -> dict[str, object]:
    findings = [
        {**asdict(finding), "message": finding.describe(manner().language)} for finding in verdict.findings
    ]
    return {**asdict(verdict), "holds": not findings, "findings": findings}
