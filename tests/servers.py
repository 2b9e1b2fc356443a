"""The programs that tests need beside Python: where they are, and a PostgreSQL that lives for one run."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(
        (path for name in CHROMIUMS if (path := shutil.which(name))), None
    )


def find_postgresql() -> Path | None:
    """The folder with initdb and postgres: Debian keeps them outside PATH."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return folders[-1] if folders else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def throwaway_postgresql(binaries: Path) -> Iterator[str]:
    """The address of a database server made for this run. It refuses to run as root, so root lends it another user."""
    # S603: every command here is built from constants and folders of our own.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="spine-portal-postgresql-"))
    if as_user:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data, port = folder / "data", _free_port()

    def call(program: str, *arguments: str) -> None:
        command = [*as_user, str(binaries / program), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603

    call(
        "initdb",
        "--pgdata",
        str(data),
        "--username",
        "portal",
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--no-sync",
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
    call("pg_ctl", "--pgdata", str(data), "--wait", "--log", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgres://portal@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "--pgdata", str(data), "--mode", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
