"""What is filled in about cycles, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from leadline.web.accounts.forms import LANGUAGES
from leadline.web.catalogue.frameworks import load, references
from leadline.web.cycles import wording
from leadline.web.cycles.checking import LONGEST_GRACE, PURPOSES
from leadline.web.cycles.models import Cycle
from leadline.web.look.forms import Styled, ZoneField
from leadline.web.look.templatetags.look import language, text


def _day(*, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(required=required, widget=widget)


class Purpose(Styled):
    """What the cycle is called, and what it is for."""

    words_key = "cycles.fields"
    title = forms.CharField(max_length=200)
    purpose = forms.ChoiceField(
        choices=lambda: [(name, text(f"cycles.purposes.{name}")) for name in PURPOSES],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )


class Criteria(Styled):
    """The framework, and the profiles laid over it."""

    words_key = "cycles.fields"
    framework = forms.ChoiceField(choices=())
    profiles = forms.MultipleChoiceField(choices=(), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, cycle: Cycle, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [
            (r.id, f"{r.title[language()]} {r.id.partition('@')[2]}") for r in references(cycle.organisation)
        ]
        self.fields["framework"].choices = [("", text("cycles.choose")), *known]  # type: ignore[attr-defined]
        chosen = self.data.get("framework") or cycle.framework
        profiles = load(cycle.organisation, chosen).profiles if chosen in {key for key, _ in known} else ()
        if profiles:
            self.fields["profiles"].choices = [(p.id, p.title[language()]) for p in profiles]  # type: ignore[attr-defined]
        else:
            del self.fields["profiles"]

    def clean(self) -> dict[str, Any]:
        """Without profiles on offer there are none."""
        return {"profiles": [], **(super().clean() or {})}


class Dates(Styled):
    """When it begins and ends, in which languages, and when those who owe are reminded."""

    words_key = "cycles.fields"
    nominate_until = _day()
    opens = _day(required=True)
    closes = _day(required=True)
    grace = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_GRACE)
    appeal_until = _day()
    time_zone = ZoneField()
    reminders = forms.CharField(required=False)
    languages = forms.MultipleChoiceField(choices=LANGUAGES, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, without: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in without:
            del self.fields[name]

    def clean_grace(self) -> int:
        """None, where nothing is filled in."""
        return self.cleaned_data["grace"] or 0

    def clean_reminders(self) -> list[int]:
        """Days before the closing day, the longest first."""
        parts = self.cleaned_data["reminders"].replace("，", ",").replace("、", ",").split(",")
        days = [part.strip() for part in parts if part.strip()]
        if not all(day.isdecimal() for day in days):
            raise forms.ValidationError(text("cycles.faults.reminders.message"))
        return sorted((int(day) for day in days), reverse=True)


class Wording(Styled):
    """One mail in one language, in own words."""

    words_key = "cycles.fields"
    subject = forms.CharField(max_length=200)
    text = forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 12}))

    def own(self, kind: str, spoken: str) -> dict[str, str]:
        """What differs from our wording."""
        usual = wording.usual(kind, "zh" if spoken == "zh" else "en")
        given = {part: self.cleaned_data[part].replace("\r\n", "\n").strip() for part in wording.PARTS}
        return {part: value for part, value in given.items() if value != usual[part]}


class Until(Styled):
    """A day."""

    words_key = "cycles.fields"
    until = _day(required=True)


class Outsider(Styled):
    """Somebody from outside."""

    words_key = "cycles.fields"
    name = forms.CharField(max_length=200, required=False)
    email = forms.EmailField()
    language = forms.ChoiceField(choices=[("", "-"), *LANGUAGES], required=False)


def days(cycle: Cycle, suggested: dict[str, date]) -> dict[str, Any]:
    """What the form of dates begins with: what was saved, else what is usual."""
    saved = {name: getattr(cycle, name) for name in suggested}
    return {
        **(suggested if cycle.closes is None else {}),
        **{name: day for name, day in saved.items() if day},
        "time_zone": cycle.time_zone,
        "grace": cycle.grace,
        "languages": cycle.languages,
        "reminders": ", ".join(map(str, cycle.reminders)),
    }
