import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.demo import building as demo


class Command(BaseCommand):
    help = "Makes a demo practice, runs the portal with it, and prints address and logins. Safe to run again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--debug", action="store_true", help="turn DEBUG on where no .env was made")
        parser.add_argument("--no-server", action="store_true", help="only make what is missing")

    def handle(self, *, port: int, no_server: bool, **options: Any) -> None:
        self.prepare()
        if no_server:
            self.table(port)
            return
        if not _is_free(port):
            raise CommandError(f"Port {port} is taken. Choose another one: make demo PORT={port + 1}")
        self.serve(port)

    def prepare(self) -> None:
        from django.conf import settings

        if not settings.DEBUG:
            raise CommandError(
                "The demo runs only where DEBUG is on, because its passwords are known to everyone."
            )
        self.stdout.write("Setting up the database ...")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        self.stdout.write("Making what is missing of the demo practice ...")
        try:
            demo.build(self.stdout.write)
        except demo.Refused as refused:
            raise CommandError(str(refused)) from refused

    def serve(self, port: int) -> None:
        """The web server, and what does what is due, until one of them ends or the person stops it."""
        programs = [
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4",
             "--host", "127.0.0.1", "--port", str(port), "--no-ws", "--log-level", "warning", "portal.wsgi:application"],
            [sys.executable, "manage.py", "tick", "--every", "10"],
        ]  # fmt: skip
        environment = {
            **os.environ,
            "DEBUG": "false",
            "DEMO": "true",
            "PORTAL_ADDRESS": f"http://localhost:{port}",
        }
        signal.signal(signal.SIGTERM, _stop)
        running = [subprocess.Popen(program, env=environment) for program in programs]  # noqa: S603
        try:
            _wait_until_up(port, running[0])
            self.table(port)
            self.stdout.write("\nStop it with Ctrl+C.")
            while all(program.poll() is None for program in running):
                time.sleep(0.5)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped. What was written is kept in var/.")
        finally:
            for program in running:
                program.terminate()
            for program in running:
                program.wait()

    def table(self, port: int) -> None:
        self.stdout.write(f"\nThe portal runs at http://localhost:{port}/\n")
        self.stdout.write(f"{'role':<18}  {'e-mail':<24}  password")
        for role, email, password in demo.logins():
            self.stdout.write(f"{role:<18}  {email:<24}  {password}")
        self.stdout.write("\nCases to look at, as the surgeon:")
        for line in demo.cases_to_look_at():
            self.stdout.write(f"  {line}")


def _stop(number: int, frame: Any) -> None:
    """Ended by another program, it takes what it started along."""
    raise KeyboardInterrupt


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_until_up(port: int, server: subprocess.Popen[bytes]) -> None:
    address = f"http://127.0.0.1:{port}/healthz"
    for _attempt in range(150):
        if server.poll() is not None:
            raise CommandError("The web server did not start; what it said stands above.")
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise CommandError("The web server did not answer within 30 seconds.")
