"""Answers that are typed in parts: feet and inches, stones and pounds, day, month and year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Part:
    """One box of an answer. `choices` makes it a list to choose from."""

    key: str
    label: str
    width: int = 4  # characters
    choices: tuple[tuple[str, str], ...] = ()
    inputmode: str = "numeric"


class Parts(forms.Widget):
    """Some boxes with a label each. The value is a mapping of part to text, or "" when all are empty.

    The name of a box is the question's key, two underscores and the part's key; what stands under the
    question's key alone is taken as it is.
    """

    template_name = "screening/widgets/parts.html"
    use_fieldset = True

    def __init__(self, parts: tuple[Part, ...]) -> None:
        super().__init__()
        self.parts = parts

    def name(self, question: str, part: Part) -> str:
        return f"{question}__{part.key.replace('/', '_')}"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if name in data:
            return data[name]
        typed = {part.key: data.get(self.name(name, part), "").strip() for part in self.parts}
        return self.joined({key: text for key, text in typed.items() if text})

    def joined(self, typed: dict[str, str]) -> Any:
        """What the engine reads."""
        return typed or ""

    def split(self, value: Any) -> Mapping[str, Any]:
        """The other way."""
        return value if isinstance(value, Mapping) else {}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and all(self.name(name, part) not in data for part in self.parts)

    def id_for_label(self, id_: str, index: int | None = None) -> str:
        """The group has a legend, so no label points at it; an error's link does, with index 0."""
        return "" if index is None else f"{id_}_{self.parts[index].key.replace('/', '_')}"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        values = self.split(value)
        id_ = context["widget"]["attrs"].get("id", f"id_{name}")
        context["widget"]["invalid"] = context["widget"]["attrs"].get("aria-invalid") == "true"
        context["widget"]["parts"] = [
            {
                "part": part,
                "name": self.name(name, part),
                "id": self.id_for_label(id_, index),
                "value": str(values.get(part.key, "")),
            }
            for index, part in enumerate(self.parts)
        ]
        return context


class DateParts(Parts):
    """A date as YYYY-MM-DD, or a month as YYYY-MM.

    Boxes rather than the browser's date picker: a year long past is quicker typed than scrolled to, and the
    picker of older phones can't be emptied. The month goes by its name, so 3/4 can't be taken for 4/3.
    """

    def __init__(self, *, day: bool) -> None:
        months = (("", "—"), *((str(number), str(name)) for number, name in MONTHS.items()))
        parts = (
            Part("month", _("Month"), choices=months),
            Part("day", _("Day"), width=2),
            Part("year", _("Year")),
        )
        super().__init__(parts if day else (parts[0], parts[2]))

    def joined(self, typed: dict[str, str]) -> str:
        if not typed:
            return ""
        parts = [typed.get("year", "").rjust(4, "0")]
        parts += [typed.get(part, "").rjust(2, "0") for part in ("month", "day") if part in self.keys]
        return "-".join(parts)

    @property
    def keys(self) -> set[str]:
        return {part.key for part in self.parts}

    def split(self, value: Any) -> dict[str, str]:
        year, month, day = [*str(value or "").split("-"), "", "", ""][:3]
        return {"year": year.lstrip("0"), "month": month.lstrip("0"), "day": day.lstrip("0")}
