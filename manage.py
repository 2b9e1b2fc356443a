#!/usr/bin/env python
"""Django's command line for Spine Portal."""

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    # For people without make: the demo on a fresh checkout. Where settings were made, they stand.
    if sys.argv[1:2] == ["demo"] and "--debug" in sys.argv and not Path(__file__).with_name(".env").exists():
        os.environ.setdefault("DEBUG", "true")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
