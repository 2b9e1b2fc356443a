"""The portal as in production (DEBUG off, https, templates cached, SQLite with synchronous FULL), except that
static files have plain names: there is nothing collected, and a manifest costs a look into a dictionary."""

import os
import tempfile
from pathlib import Path

os.environ["DEBUG"] = "false"
os.environ["ALLOWED_HOSTS"] = "localhost"
os.environ.setdefault("SECRET_KEY", "only-for-measuring-" + "x" * 50)
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["CACHE_URL"] = "dbcache://portal_cache"

from portal.settings import *  # noqa: F403
from portal.settings import STORAGES

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody logs in while it is measured
STATIC_ROOT = Path(tempfile.gettempdir()) / "spine-portal-bench-static"
STATIC_ROOT.mkdir(exist_ok=True)  # the static files' middleware warns where it is missing
LOGGING = {"version": 1, "disable_existing_loggers": True}
