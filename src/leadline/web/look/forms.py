"""Forms that look like the rest: Tabler's classes, labels and hints from the words of the app."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from leadline.web.look.templatetags.look import has_text, text


class PlainSelect(forms.Select):
    """A select of many choices, written directly: Django renders a template for each of 600 time zones."""

    def render(
        self, name: str, value: object, attrs: dict[str, object] | None = None, renderer: object = None
    ) -> SafeString:
        """The element."""
        del renderer
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, mark_safe(" selected") if str(key) == chosen else "", text) for key, text in self.choices),
        )
        own = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", own, options)


CLASSES: dict[type, str] = {
    forms.CheckboxInput: "form-check-input",
    forms.Select: "form-select",
    PlainSelect: "form-select",
    forms.RadioSelect: "form-selectgroup",
    forms.CheckboxSelectMultiple: "form-checks",
}


class Styled(forms.Form):
    """A form whose labels are words ``<words_key>.<field>`` and whose hints ``<words_key>.<field>_hint``."""

    words_key = ""
    use_required_attribute = True

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as they came
        for name, field in self.fields.items():
            dress(field)
            if self.words_key:
                field.label = text(f"{self.words_key}.{name}")
                if has_text(f"{self.words_key}.{name}_hint"):
                    field.help_text = text(f"{self.words_key}.{name}_hint")


def dress(field: forms.Field) -> None:
    """Give a field's input the class of its kind."""
    field.widget.attrs.setdefault("class", CLASSES.get(type(field.widget), "form-control"))


@cache
def zones() -> list[tuple[str, str]]:
    """Time zones a person would choose from."""
    names = (
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(names))]
