"""Forms that look like the rest: Tabler's classes, labels and hints from the words of the app."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from leadline.web.look.templatetags.look import has_text, language, text
from leadline.web.look.zones import older_names, zones


class PlainSelect(forms.Select):
    """A select of many choices, written directly: Django renders a template for each."""

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


class ZoneSelect(PlainSelect):
    """A select of time zones. A zone known by an older name stays on offer while it is chosen.

    With ``data-own-zone`` the page chooses the browser's zone: ``data-also`` holds what browsers may call it.
    """

    def render(
        self, name: str, value: object, attrs: dict[str, object] | None = None, renderer: object = None
    ) -> SafeString:
        """The element."""
        del renderer
        chosen = "" if value is None else str(value)
        known = zones(language())
        offered = known if chosen in {key for key, _ in known} else [(chosen, chosen), *known]
        options = format_html_join(
            "",
            '<option value="{}"{}{}>{}</option>',
            (
                (key, _also(key), mark_safe(" selected") if key == chosen else "", said)
                for key, said in offered
            ),
        )
        own = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", own, options)


def _also(zone: str) -> SafeString:
    names = older_names().get(zone)
    return format_html(' data-also="{}"', names) if names else SafeString()


class ZoneField(forms.ChoiceField):
    """A time zone."""

    widget = ZoneSelect

    def valid_value(self, value: object) -> bool:
        """Whether it is one, by whatever name."""
        return str(value) in available_timezones()


CLASSES: dict[type, str] = {
    forms.CheckboxInput: "form-check-input",
    forms.Select: "form-select",
    PlainSelect: "form-select",
    ZoneSelect: "form-select",
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
