"""``python -m synthmatch`` and the command ``synthmatch``: the command line."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it without a traceback also while its modules are loaded."""
    try:
        from synthmatch.cli.app import main as run  # noqa: PLC0415 - takes a while
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
