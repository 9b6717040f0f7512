"""The web room: relations point down, tables that must not meet share nothing, templates say only words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from leadline.errors import has_words

WEB = Path(__file__).parents[2] / "src" / "leadline" / "web"
ORDER = ("look", "accounts", "people", "catalogue", "cycles", "rating", "results", "project")
OURS = [model for model in apps.get_models() if model._meta.app_label in ORDER]
TEMPLATES = sorted(WEB.rglob("templates/**/*.*"))
BOTH = [*TEMPLATES, *sorted(WEB.rglob("*.py"))]


def relations(model: type[models.Model]) -> list[tuple[str, type[models.Model]]]:
    fields = (field for field in model._meta.get_fields() if field.concrete and field.is_relation)
    return [(field.name, field.related_model) for field in fields if isinstance(field.related_model, type)]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_relation_points_down(model: type[models.Model]) -> None:
    for name, other in relations(model):
        if other._meta.app_label in ORDER:
            assert ORDER.index(other._meta.app_label) <= ORDER.index(model._meta.app_label), name
        assert other._meta.app_label in ORDER, f"{name} leads out of Leadline"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_column_is_a_fixed_choice(model: type[models.Model]) -> None:
    assert [field.name for field in model._meta.fields if field.choices] == []


def test_nothing_leads_from_a_submission_to_a_rater_an_assignment_or_a_time() -> None:
    submission = apps.get_model("rating", "Submission")
    assert {other._meta.label for _, other in relations(submission)} == {"cycles.Cycle", "cycles.Participant"}
    assert [
        f.name for f in submission._meta.fields if isinstance(f, (models.DateField, models.TimeField))
    ] == []
    assert isinstance(submission._meta.pk, models.UUIDField)
    for model in OURS:
        assert submission not in [other for _, other in relations(model)], model._meta.label


def test_an_assignment_and_a_draft_tell_no_time() -> None:
    for label in ("cycles.Assignment", "rating.Draft"):
        model = apps.get_model(label)
        times = [f.name for f in model._meta.fields if isinstance(f, (models.DateField, models.TimeField))]
        assert set(times) <= {"due"}, label
        assert isinstance(model._meta.pk, (models.UUIDField, models.OneToOneField)), label


def test_the_administration_pages_of_django_are_not_installed() -> None:
    assert not apps.is_installed("django.contrib.admin")


KEY = re.compile(
    r"""\{%\s*say\s+["']([\w.]+)["']|(?<![.\w])text\(\s*"([\w.]+)"|(?:title|text|button)=["'](\w+\.[\w.]+)["']"""
)


@pytest.mark.parametrize("path", BOTH, ids=[str(path.relative_to(WEB)) for path in BOTH])
def test_every_word_that_is_said_is_in_both_lists(path: Path) -> None:
    keys = {next(filter(None, found)) for found in KEY.findall(path.read_text(encoding="utf-8"))}
    for key in keys:
        assert has_words(f"web.{key}", "en"), key
        assert has_words(f"web.{key}", "zh"), key


MARKUP = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!doctype[^>]*>|<[^>]*>", re.DOTALL)
COMMENT = re.compile(r"\{%\s*comment.*?endcomment\s*%\}", re.DOTALL)
NAMES = {"Leadline", "· Leadline", "--"}


@pytest.mark.parametrize("path", TEMPLATES, ids=[str(path.relative_to(WEB)) for path in TEMPLATES])
def test_a_template_holds_no_text_of_its_own(path: Path) -> None:
    rest = MARKUP.sub("\n", COMMENT.sub("", path.read_text(encoding="utf-8")))
    words = {line.strip() for line in rest.splitlines() if re.search(r"[A-Za-z\u4e00-\u9fff]{2}", line)}
    assert words <= NAMES


@pytest.mark.parametrize("path", TEMPLATES, ids=[str(path.relative_to(WEB)) for path in TEMPLATES])
def test_a_template_holds_no_script_and_no_style_that_the_policy_would_refuse(path: Path) -> None:
    if path.stem == "mail":
        return
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|hx-vals=['\"]js", text)


def test_what_is_vendored_is_named_with_version_and_licence() -> None:
    table = (WEB / "look" / "static" / "vendor" / "README.md").read_text(encoding="utf-8")
    for folder in (WEB / "look" / "static" / "vendor").iterdir():
        if folder.is_dir():
            name, version = folder.name.rsplit("-", 1)
            assert name in table.lower(), folder.name
            assert version in table, folder.name


def test_words_hold_no_markup_but_emphasis_and_nothing_that_ends_an_attribute() -> None:
    for path in WEB.rglob("words/*.toml"):
        for key, entry in _entries(tomllib.loads(path.read_text(encoding="utf-8"))):
            assert not re.search(r"<(?!/?(b|em|br)>)", entry), f"{path}: {key}"
            assert '"' not in entry, f"{path}: {key}"


def _entries(table: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    found = []
    for key, value in table.items():
        found += (
            _entries(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, str(value))]
        )
    return found
