"""Leadline's measurement engine beside the programs people use today, on data whose truth is known.

``python -m benchmarks.engine`` prints the table; ``python -m benchmarks.engine.coverage`` says how
often intervals cover and how often the better of two people is called better.
"""
