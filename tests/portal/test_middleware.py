from django.urls import reverse


def test_a_stranger_is_led_to_the_login_page_and_back(client, db):
    response = client.get("/learn/")
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next=/learn/"


def test_a_script_without_a_session_gets_401(client, db):
    response = client.post("/review/", data="{}", content_type="application/json")
    assert response.status_code == 401
    assert response.json() == {"error": "You have been logged out. Log in to go on."}


def test_pages_behind_the_login_are_kept_in_no_cache(login, patient, practice):
    response = login(patient).get("/")
    assert response.status_code == 200
    assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))


def test_help_needs_no_password(client, practice):
    response = client.get(reverse("help"))
    assert response.status_code == 200
    assert "911" in response.content.decode()


def test_every_page_has_a_strict_content_security_policy(login, patient, practice):
    policy = login(patient).get("/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
