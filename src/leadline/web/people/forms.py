"""What is filled in about people."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from leadline.web.look.forms import PlainSelect, Styled, ZoneField, dress
from leadline.web.look.templatetags.look import text
from leadline.web.people.columns import NAMES
from leadline.web.people.models import Import

LARGEST = 10 * 2**20
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")


class Upload(Styled):
    """A file of people."""

    words_key = "people.upload"
    file = forms.FileField(widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}))
    sheet = forms.CharField(max_length=100, required=False)
    others_left = forms.BooleanField(required=False)

    def clean_file(self) -> object:
        """Refuse what is no table, or too large."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(SUFFIXES):
            raise forms.ValidationError(text("people.upload.kind"))
        if file.size > LARGEST:
            raise forms.ValidationError(text("people.upload.large", n=LARGEST // 2**20))
        return file


class Reading(Styled):
    """How the file of a trial is read: what each heading means, and what is not there."""

    words_key = "people.upload"
    others_left = forms.BooleanField(required=False)
    blanks_clear = forms.BooleanField(required=False)

    def __init__(self, trial: Import, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=trial.reading)
        meanings = [
            ("", text("people.upload.unused")),
            *((name, text(f"people.columns.{name}")) for name in NAMES),
        ]
        self.headings = dict(enumerate(trial.reading.get("headings", ())))
        for at, heading in self.headings.items():
            field = forms.ChoiceField(choices=meanings, required=False, widget=PlainSelect, label=heading)
            field.initial = trial.reading["columns"][at]
            dress(field)
            self.fields[f"column-{at}"] = field

    def columns(self) -> list[str]:
        """Our name of each heading."""
        return [self.cleaned_data[f"column-{at}"] for at in self.headings]

    @property
    def meanings(self) -> list[forms.BoundField]:
        """The choices by heading."""
        return [self[f"column-{at}"] for at in self.headings]

    @property
    def unused(self) -> list[str]:
        """Headings that mean nothing here."""
        return [heading for at, heading in self.headings.items() if not self.fields[f"column-{at}"].initial]


def _line(length: int, **attrs: str) -> forms.CharField:
    return forms.CharField(max_length=length, required=False, widget=forms.TextInput(attrs=attrs))


class PersonForm(Styled):
    """A person; the names are those of a file's columns."""

    words_key = "people.fields"
    name = forms.CharField(max_length=200)
    email = forms.EmailField(required=False)
    team = _line(200, list="teams")
    manager = _line(200, list="leaders")
    role = _line(100)
    level = _line(100)
    stage = _line(100)
    industry = _line(100)
    start = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    language = forms.ChoiceField(choices=[("", "-"), ("en", "English"), ("zh", "中文")], required=False)
    time_zone = ZoneField(required=False)

    def cells(self) -> dict[str, str]:
        """As a row of a file."""
        return {name: str(value) if value is not None else "" for name, value in self.cleaned_data.items()}


class NewPerson(PersonForm):
    """Somebody new, with the key they will keep."""

    person = forms.CharField(max_length=100)
    field_order = ("person",)


class FreshAccount(Styled):
    """Why somebody gets another account."""

    words_key = "people.fresh"
    reason = forms.CharField(max_length=200)


class Leaving(Styled):
    """A last day."""

    words_key = "people.fields"
    left = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
