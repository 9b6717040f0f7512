"""What is filled in about people."""

from __future__ import annotations

from django import forms

from leadline.web.look.forms import Styled, ZoneField
from leadline.web.look.templatetags.look import text

LARGEST = 10 * 2**20
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")


class Upload(Styled):
    """A file of people."""

    words_key = "people.upload"
    file = forms.FileField(widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}))
    others_left = forms.BooleanField(required=False)

    def clean_file(self) -> object:
        """Refuse what is no table, or too large."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(SUFFIXES):
            raise forms.ValidationError(text("people.upload.kind"))
        if file.size > LARGEST:
            raise forms.ValidationError(text("people.upload.large", n=LARGEST // 2**20))
        return file


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
