"""Requests as a web server hands them over: no socket, no test client, nothing between the clock and the portal."""

from __future__ import annotations

import io
import json
import sys
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.test import Client

TOKEN = "a" * 32  # the CSRF secret: in the cookie, and sent back


class Answer(NamedTuple):
    status: int
    location: str
    size: int


class Browser:
    """Someone who is logged in."""

    def __init__(self, user: Any) -> None:
        client = Client()
        client.force_login(user, backend="portal.accounts.backends.Roles")
        cookies = {**{key: morsel.value for key, morsel in client.cookies.items()}, "csrftoken": TOKEN}
        self.cookie = "; ".join(f"{key}={value}" for key, value in cookies.items())

    def get(self, path: str) -> dict[str, Any]:
        return self._request("GET", path)

    def post(self, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields}, doseq=True).encode()
        return self._request("POST", path, body, "application/x-www-form-urlencoded")

    def post_json(self, path: str, packet: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(packet).encode()
        return self._request("POST", path, body, "application/json") | {"HTTP_X_CSRFTOKEN": TOKEN}

    def _request(self, method: str, path: str, body: bytes = b"", content_type: str = "") -> dict[str, Any]:
        path, _mark, query = path.partition("?")
        return {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookie,
            "HTTP_REFERER": "https://localhost/",
            "HTTP_ACCEPT": "text/html,application/xhtml+xml",
            "HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.5",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }


def send(application: Any, environ: dict[str, Any]) -> Answer:
    """One request from beginning to end, closing included."""
    heads: list[tuple[str, list[tuple[str, str]]]] = []
    response = application(environ, lambda status, headers, _error=None: heads.append((status, headers)))
    size = sum(len(part) for part in response)
    response.close()
    status, headers = heads[0]
    return Answer(int(status[:3]), dict(headers).get("Location", ""), size)
