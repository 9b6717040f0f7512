"""The command line: parse, call a workflow, show. Nothing heavy loads before a command runs."""

from leadline.cli.interface import leadline, main

__all__ = ["leadline", "main"]
