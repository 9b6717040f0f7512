"""What is filled in about accounts."""

from __future__ import annotations

from django import forms

from leadline.web.accounts.models import ROLES
from leadline.web.look.forms import Styled, ZoneField
from leadline.web.look.templatetags.look import text

LANGUAGES = [("en", "English"), ("zh", "中文")]


class Address(Styled):
    """An e-mail address to send a link to."""

    words_key = "accounts.fields"
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class Profile(Styled):
    """What a user sets for themselves."""

    words_key = "accounts.fields"
    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(choices=LANGUAGES)
    time_zone = ZoneField()


class Roles(Styled):
    """What a user is granted."""

    words_key = "accounts.fields"
    roles = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        field.choices = [(role, text(f"accounts.roles.{role}")) for role in ROLES]  # type: ignore[attr-defined]  # a ChoiceField


class Invite(Roles):
    """Whom to invite."""

    name = forms.CharField(max_length=200)
    email = forms.EmailField()
    field_order = ("name", "email", "roles")


class OrganisationForm(Styled):
    """The organisation's own settings."""

    words_key = "accounts.fields"
    organisation = forms.CharField(max_length=200)
    language = forms.ChoiceField(choices=LANGUAGES)
    time_zone = ZoneField()
