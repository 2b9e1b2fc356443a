import pytest

from portal.checks import unsafe_start

SAFE = {
    "DEBUG": False,
    "DEMO": False,
    "SECRET_KEY": "wq8Zt3Yb5Ls0Vn7Xc2Kd9Mf4Rg6Hj1PaQeTuIoEySxUzDvCwBrNm",
    "ALLOWED_HOSTS": ["portal.example.org"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "SESSION_COOKIE_SECURE": True,
}


@pytest.fixture
def found(settings, monkeypatch):
    def check(init_command="PRAGMA synchronous=FULL;", **wrong):
        monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", {"init_command": init_command})
        for name, value in {**SAFE, **wrong}.items():
            setattr(settings, name, value)
        return [error.id for error in unsafe_start(None)]

    return check


def test_a_safe_start_is_let_through(found):
    assert found() == []


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"DEBUG": True}, "portal.E001"),
        ({"DEMO": True}, "portal.E001"),
        ({"SECRET_KEY": "short"}, "portal.E002"),
        ({"SECRET_KEY": "x" * 80}, "portal.E002"),
        ({"ALLOWED_HOSTS": []}, "portal.E003"),
        ({"ALLOWED_HOSTS": ["*"]}, "portal.E003"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "portal.E004"),
        ({"SESSION_COOKIE_SECURE": False}, "portal.E005"),
        (
            {"init_command": "PRAGMA synchronous=NORMAL"},
            "portal.E006",
        ),
    ],
)
def test_an_unsafe_start_is_refused_in_one_line(found, wrong, refused):
    assert found(**wrong) == [refused]
