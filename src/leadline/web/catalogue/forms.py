"""What is filled in about an own framework."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from django import forms
from django.forms import BoundField

from leadline.web.catalogue.tailoring import Choices
from leadline.web.look.forms import Styled, dress
from leadline.web.look.templatetags.look import language, text
from leadline.workflows import Competency, Factor, Framework, Text

Row: TypeAlias = tuple[Competency, BoundField, BoundField, BoundField]
PERCENT = 100
LANGUAGES = ("en", "zh")


class Titles(Styled):
    """The title in both languages."""

    words_key = "catalogue.own.fields"
    title_en = forms.CharField(max_length=200)
    title_zh = forms.CharField(max_length=200)

    def title(self) -> Text:
        """As filled in."""
        return Text(self.cleaned_data["title_en"], self.cleaned_data["title_zh"])


class Start(Titles):
    """What an own framework is made from, and its title."""

    base = forms.ChoiceField()

    def __init__(self, bases: list[tuple[str, str]], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["base", "title_en", "title_zh"])
        field = self.fields["base"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker: declared above
        field.choices = bases


class Choosing(Titles):
    """Competencies kept, weights and expectations; factor weights in per cent.

    Parameters
    ----------
    base : Framework
        Gives the fields.
    now : Framework
        Gives the first values: the draft as it is.
    """

    def __init__(self, base: Framework, now: Framework, data: object = None) -> None:
        super().__init__(data, initial={"title_en": now.title.en, "title_zh": now.title.zh})
        self.base = base
        factors = {factor.id: factor for factor in now.factors}
        competencies = {competency.id: competency for competency in now.competencies}
        for factor in base.factors:
            weight = factors.get(factor.id, factor).weight
            self._number(f"factor_{factor.id}", factor, "factor_weight", round(PERCENT * weight, 4))
        for one in base.competencies:
            own = competencies.get(one.id, one)
            self.fields[f"keep_{one.id}"] = forms.BooleanField(required=False, initial=one.id in competencies)
            dress(self.fields[f"keep_{one.id}"])
            self._number(f"weight_{one.id}", one, "weight_of", own.weight)
            self._number(f"expectation_{one.id}", one, "expectation_of", own.expectation)

    def _number(self, name: str, of: Factor | Competency, words: str, value: float) -> None:
        label = text(f"catalogue.own.{words}", title=of.title[language()])
        field = forms.FloatField(initial=f"{value:g}", label=label)
        field.widget.attrs |= {"step": "any", "min": "0", "aria-label": label, "inputmode": "decimal"}
        dress(field)
        self.fields[name] = field

    def rows(self) -> Iterator[tuple[Factor, BoundField, list[Row]]]:
        """Each factor with its weight, and each of its competencies with its three fields."""
        for factor in self.base.factors:
            yield (
                factor,
                self[f"factor_{factor.id}"],
                [
                    (one, self[f"keep_{one.id}"], self[f"weight_{one.id}"], self[f"expectation_{one.id}"])
                    for one in self.base.competencies_of(factor.id)
                ],
            )

    def choices(self) -> Choices:
        """As filled in; what is as in the base is left out."""
        given = self.cleaned_data
        base = self.base
        return {
            "competencies": [one.id for one in base.competencies if given[f"keep_{one.id}"]],
            "factor_weights": {
                factor.id: share
                for factor in base.factors
                if (share := round(given[f"factor_{factor.id}"] / PERCENT, 8)) != factor.weight
            },
            "weights": {
                one.id: given[f"weight_{one.id}"]
                for one in base.competencies
                if given[f"weight_{one.id}"] != one.weight
            },
            "expectations": {
                one.id: given[f"expectation_{one.id}"]
                for one in base.competencies
                if given[f"expectation_{one.id}"] != one.expectation
            },
        }


class Wording(forms.Form):
    """The texts of one competency in both languages; an emptied one is as in the base again."""

    def __init__(self, base: Framework, competency: str, now: Framework, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # passed through as it came
        self.before = texts_of(base, competency)
        own = texts_of(now, competency)
        for key, original in self.before.items():
            for spoken in LANGUAGES:
                field = forms.CharField(
                    required=False,
                    max_length=2000,
                    initial=own.get(key, original)[spoken],
                    widget=forms.Textarea(attrs={"rows": 2, "lang": spoken}),
                )
                dress(field)
                self.fields[f"{key}.{spoken}"] = field

    def rows(self) -> Iterator[tuple[str, list[tuple[BoundField, str]]]]:
        """Each text with its label, its two fields, and beside each the base's wording where it differs."""
        for key, original in self.before.items():
            label, fields = _label(key), []
            for spoken in LANGUAGES:
                field = self[f"{key}.{spoken}"]
                named = text(f"catalogue.own.languages.{spoken}")
                field.field.widget.attrs["aria-label"] = f"{label} ({named})"
                fields.append((field, "" if field.value() == original[spoken] else original[spoken]))
            yield label, fields

    def wording(self) -> dict[str, dict[str, str]]:
        """As filled in; a text equal to the base's counts as empty."""
        return {
            key: {
                spoken: "" if given == original[spoken] else given
                for spoken in LANGUAGES
                for given in [self.cleaned_data[f"{key}.{spoken}"].strip()]
            }
            for key, original in self.before.items()
        }


def texts_of(framework: Framework, competency_id: str) -> dict[str, Text]:
    """Every text of a competency by its key in :class:`Choices`; nothing when it was not kept."""
    found = next((c for c in framework.competencies if c.id == competency_id), None)
    if found is None:
        return {}
    key = f"competencies.{found.id}"
    texts = {f"{key}.title": found.title, f"{key}.description": found.description}
    for item in framework.items_of(found.id):
        texts[f"items.{item.id}.text"] = item.text
        texts |= {f"items.{item.id}.anchors.{n}": anchor for n, anchor in enumerate(item.anchors)}
    return texts


def _label(key: str) -> str:
    """``Title``, ``Question``, ``Level 3``."""
    *_, last = parts = key.split(".")
    if parts[-2] == "anchors":
        return text("catalogue.own.level", n=int(last) + 1)
    return text(f"catalogue.own.texts.{last}")
