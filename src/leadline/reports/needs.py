"""What reports need beyond the core, and a helpful refusal where it is not installed."""

from __future__ import annotations

from importlib.util import find_spec

from leadline.errors import ReportError

_PACKAGES = {"altair": "altair", "jinja2": "jinja2", "vl_convert": "vl-convert-python"}

for _module, _package in _PACKAGES.items():
    if find_spec(_module) is None:
        raise ReportError(
            "errors.missing_extra", feature="leadline.reports", package=_package, extra="reports"
        )
