"""The command line: one file per command, no logic; commands are imported when they are run."""

from servanda.cli.root import main

__all__ = ["main"]
