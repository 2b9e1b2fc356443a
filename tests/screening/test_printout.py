"""One case as a PDF: tagged, named, in a language, in any script, and made of nothing but itself."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import AccessRecord
from portal.accounts.models import Care, User
from screening.models import Case, Export
from screening.takeout import printout
from tests.conftest import make_patient
from tests.screening.factories import BONE_ABSOLUTE, make_case, make_finding, make_submission

MISSING = "WeasyPrint, or what it draws with (Pango), is not here: no PDF was made"
needs_weasyprint = pytest.mark.skipif(
    not printout.makes_pdf() and os.environ.get("REQUIRE_ALL") != "1", reason=MISSING
)
pytestmark = [pytest.mark.django_db, needs_weasyprint]

SCRIPTS = (
    "\u0645\u0631\u062d\u0628\u0627 \u810a\u690e\u878d\u5408 \U0001f9b4\U0001f468\u200d\U0001f469\u200d\U0001f467"
    " e\u0301\u0301\u0301 \u202egpj.exe"
)
HOSTILE = (
    '<img src="file:///etc/passwd"><img src="http://evil.example/x.png"><style>@import "http://evil.example/x.css";</style>'
    '<link rel="attachment" href="file:///etc/passwd"><script>alert(1)</script>{{ 7*7 }}'
)


@pytest.fixture(autouse=True)
def confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password was given a short while ago."""
    monkeypatch.setattr("portal.host.PortalHost.confirm_password", lambda self, request: None)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def case(surgeon: User) -> Case:
    patient = make_patient("Alice \u0645\u0631\u062d\u0628\u0627 \u810a \U0001f9b4")
    Care.objects.create(patient=patient, surgeon=surgeon)
    submission = make_submission(patient, answers={"anything_else": f"{SCRIPTS} {HOSTILE}", "smoking": "no"})
    make_finding(submission)
    return make_case(
        patient, submission=submission, headline="absolute", criteria=BONE_ABSOLUTE, rank=200_000
    )


@pytest.fixture
def browser(surgeon: User, login: Callable[[User], Client]) -> Client:
    return login(surgeon)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDFs that can be read as text."""
    from weasyprint import HTML

    write = HTML.write_pdf
    monkeypatch.setattr(
        HTML, "write_pdf", lambda self, **options: write(self, uncompressed_pdf=True, **options)
    )


def made(browser: Client, case: Case) -> Any:
    response = browser.post(reverse("review:export_case", args=[case.pk]), {"kind": "pdf"})
    assert response.status_code == 302
    assert browser.get(response["Location"]).status_code == 200
    return browser.get(response["Location"] + "file/")


@pytest.mark.usefixtures("no_network", "plain")
def test_the_pdf_is_tagged_named_and_in_a_language(browser: Client, case: Case) -> None:
    response = made(browser, case)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    pdf = response.content
    assert pdf.startswith(b"%PDF-")
    found = {
        "tagged": b"/MarkInfo" in pdf and b"/Marked true" in pdf and b"/StructTreeRoot" in pdf,
        "UA": b"<pdfuaid:part>1</pdfuaid:part>" in pdf or b'pdfuaid:part="1"' in pdf,
        "language": re.search(rb"/Lang \(en\)", pdf) is not None,
        "title": b"/DisplayDocTitle true" in pdf,
        "headings": b"/S /H1" in pdf and b"/S /H2" in pdf and b"/S /H3" in pdf,
        "tables": b"/S /TH" in pdf and b"/S /TD" in pdf,
    }
    assert found == dict.fromkeys(found, True)
    title = f"Case of {case.patient.name}"
    assert title.encode() in pdf or title.encode("utf-16-be").hex().encode() in pdf.lower()


@pytest.mark.usefixtures("no_network", "plain")
def test_nothing_in_it_is_active_or_from_elsewhere(browser: Client, case: Case) -> None:
    pdf = made(browser, case).content
    found = [
        word
        for word in (b"/JavaScript", b"/JS", b"/EmbeddedFile", b"/Launch", b"/URI", b"root:x:")
        if word in pdf
    ]
    assert found == []


@pytest.mark.usefixtures("no_network")
def test_what_leaves_is_recorded_and_named_after_nobody(browser: Client, case: Case, surgeon: User) -> None:
    response = made(browser, case)
    row = Export.objects.get()
    name = f"case-{timezone.localdate()}-{row.pk.hex[:8]}.pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("no-store, private", "nosniff")
    [record] = AccessRecord.objects.filter(action="downloaded")
    assert (record.actor_id, record.subject_id, record.object_id) == (
        str(surgeon.pk), str(case.patient_id), str(case.pk),
    )  # fmt: skip


@pytest.mark.usefixtures("no_network")
def test_a_page_is_refused_whatever_it_asks_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from weasyprint import HTML

    (tmp_path / "secret.css").write_text("p::before { content: 'SECRET' }")
    page = f"""<html lang="en"><title>T</title><link rel="stylesheet" href="http://evil.example/a.css">
      <link rel="stylesheet" href="file://{tmp_path}/secret.css"><link rel="attachment" href="/etc/passwd">
      <style>body {{ background: url(http://evil.example/b.png) }}
      @font-face {{ font-family: x; src: url(http://evil.example/c.woff) }}</style>
      <img src="file://{tmp_path}/secret.css" alt="x"><p>Text</p></html>"""
    document = HTML(string=page, url_fetcher=printout.nothing(), base_url="file:///")
    pdf = document.write_pdf(uncompressed_pdf=True)
    assert pdf.startswith(b"%PDF-")
    assert [word for word in (b"SECRET", b"/EmbeddedFile", b"root:x:") if word in pdf] == []


def test_the_stylesheet_names_no_other_file() -> None:
    style = printout._style()
    assert [word for word in ("url(", "@import", "@font-face") if word in style] == []
