"""Each misconfiguration is told with an id and a hint, and a good configuration with nothing."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings


def told() -> list[str]:
    return [
        message.id
        for message in run_checks()
        if message.id and message.id.startswith("leadline.") and message.hint
    ]


def test_the_defaults_are_fine() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("LEADLINE_URL", "leadline", "leadline.E001"),
        ("LEADLINE_URL", "http://leadline.example.org", "leadline.W002"),
        ("LEADLINE_URL", "https://leadline.example.org", "leadline.W009"),
        ("SECRET_KEY", "short", "leadline.E005"),
        ("LEADLINE_MAIL_URL", "pigeon://loft", "leadline.E006"),
        ("LEADLINE_MAIL_URL", "smtp://mail.example.org", "leadline.E007"),
    ],
)
def test_a_misconfiguration_is_told(settings: Settings, name: str, value: str, code: str) -> None:
    setattr(settings, name, value)
    assert code in told()


def test_a_demonstration_that_others_can_reach_is_told(settings: Settings) -> None:
    settings.LEADLINE_DEMO, settings.LEADLINE_URL = True, "https://leadline.example.org"
    settings.LEADLINE_TRUSTED_PROXIES = 1
    assert told() == ["leadline.E008"]
