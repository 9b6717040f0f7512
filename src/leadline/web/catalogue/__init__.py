"""Frameworks an organisation may use: built-in ones and its own."""
