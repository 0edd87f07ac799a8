"""``python -m synthmatch``: the command line."""

from synthmatch.cli.app import main

main()
