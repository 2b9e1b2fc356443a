"""Whatever the portal itself says to a patient, it says in Spanish too, also where gettext is not installed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = [ROOT / place / "locale/es/LC_MESSAGES" for place in (".", "screening", "education")]

TEMPLATES = ("templates", "screening/templates/screening", "education/templates")
OF_STAFF = (
    "templates/admin/",
    "templates/portal/another.html",
    "templates/portal/cover.html",
    "templates/portal/desk.html",
    "templates/portal/hand_over.html",
    "templates/portal/includes/duty.html",
    "templates/portal/includes/following.html",
    "templates/portal/includes/of_lead.html",
    "templates/portal/includes/of_surgeon.html",
    "templates/portal/includes/unopened.html",
)
OF_STAFF += tuple(
    f"screening/templates/screening/{place}/" for place in ("review", "preview", "enter", "export")
)
MODULES = (
    *(
        "portal/language.py",
        "portal/mail.py",
        "portal/middleware.py",
        "portal/reminders.py",
        "portal/views.py",
    ),
    *(
        f"screening/{name}.py"
        for name in ("forms/messages", "forms/section", "forms/widgets", "host", "readable", "refusals")
    ),
    *(
        f"screening/views/{name}.py"
        for name in ("access", "messages", "packets", "paper", "patient", "sent", "visit")
    ),
)
LITERAL = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
SAID = re.compile(rf"gettext\(\s*u?({LITERAL})")
COUNTED = re.compile(rf"ngettext\(\s*u?({LITERAL})")


def pages() -> list[Path]:
    found = [
        path for place in TEMPLATES for path in (ROOT / place).rglob("*") if path.suffix in (".html", ".txt")
    ]
    return sorted(path for path in found if not path.relative_to(ROOT).as_posix().startswith(OF_STAFF))


def said_by_page(path: Path) -> Iterator[str]:
    python = templatize(path.read_text(encoding="utf-8"))
    for literal in SAID.findall(python):
        yield ast.literal_eval(literal).replace("%%", "%")


def said_by_module(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in ("_", "gettext", "gettext_lazy", "ngettext") and isinstance(
            node.args[0], ast.Constant
        ):
            yield str(node.args[0].value)


@pytest.fixture(scope="module")
def spanish() -> set[str]:
    """Every message that has a Spanish text; of plurals, the singular."""
    texts: set[str] = set()
    for place in CATALOGUES:
        with (place / "django.mo").open("rb") as file:
            catalogue = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        texts |= {key[0] if isinstance(key, tuple) else key for key, text in catalogue.items() if text}
    return texts


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_for_patients_is_in_spanish(path: Path, spanish: set[str]) -> None:
    assert [text for text in said_by_page(path) if text.strip() and text not in spanish] == []


@pytest.mark.parametrize("name", MODULES)
def test_what_the_code_says_to_patients_is_in_spanish(name: str, spanish: set[str]) -> None:
    assert [text for text in said_by_module(ROOT / name) if text not in spanish] == []


ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$|^(".*")$', re.MULTILINE)


def written(path: Path) -> dict[str, str]:
    """The catalogue as people edit it: each message with its text; of plurals, singular and first form."""
    entries: dict[str, str] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n")[1:]:
        if "\n#, fuzzy" in f"\n{block}":
            continue
        members: dict[str, str] = {}
        for name, first, more in ENTRY.findall(block):
            if name:
                last, members[name] = name, ast.literal_eval(first)
            else:
                members[last] += ast.literal_eval(more)
        text = members.get("msgstr", members.get("msgstr[0]", ""))
        if text:
            entries[members["msgid"]] = text
    return entries


@pytest.mark.parametrize("place", CATALOGUES, ids=lambda place: place.relative_to(ROOT).as_posix())
def test_the_compiled_catalogue_is_what_was_written(place: Path) -> None:
    with (place / "django.mo").open("rb") as file:
        catalogue = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    compiled = {
        key[0] if isinstance(key, tuple) else key: text
        for key, text in catalogue.items()
        if key and not (isinstance(key, tuple) and key[1])
    }
    assert compiled == written(place / "django.po"), "compile it: django-admin compilemessages"


@pytest.mark.parametrize("place", CATALOGUES, ids=lambda place: place.relative_to(ROOT).as_posix())
def test_a_translation_names_the_same_values_as_its_source(place: Path) -> None:
    named = re.compile(r"%\([a-z_]+\)[sd]")
    wrong = [
        source
        for source, text in written(place / "django.po").items()
        if set(named.findall(source)) != set(named.findall(text))
    ]
    assert wrong == []
