"""The named end-to-end jobs: the one door for both faces."""

from leadline.workflows.frameworks import (
    faults_of_framework,
    framework_changes,
    known_frameworks,
    show_framework,
)

__all__ = [
    "faults_of_framework",
    "framework_changes",
    "known_frameworks",
    "show_framework",
]
