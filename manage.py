#!/usr/bin/env python
"""Django's command line. A command that needs a DATABASE_URL or REDIS_URL that is not set brings its own."""

import os
import sys


def main() -> int:
    """Run one command, on local engines if need be."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    from crm.engines.entry import run_command

    return run_command(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
