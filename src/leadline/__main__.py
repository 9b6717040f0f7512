"""``python -m leadline``: the command line."""

from leadline.cli import main

main()
