"""Leadline measures technical leadership from many sources, fairly and with known precision.

The names below load their room when first used, so that ``import leadline`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_ROOM_OF = {
    "LeadlineError": "errors",
    "load_framework": "frameworks",
    "Evidence": "evidence",
    "describe": "evidence",
    "read_evidence": "evidence",
    "read_table": "evidence",
    "Measures": "measurement",
    "fit": "measurement",
    "fit_dimensions": "measurement",
    "measure": "measurement",
    "Scorecard": "scoring",
    "compare": "scoring",
    "score": "scoring",
    "report": "reports",
    "assess": "workflows",
}

__all__ = list(_ROOM_OF)


def __getattr__(name: str) -> Any:
    if name in _ROOM_OF:
        return getattr(import_module(f"leadline.{_ROOM_OF[name]}"), name)
    raise AttributeError(f"module 'leadline' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
