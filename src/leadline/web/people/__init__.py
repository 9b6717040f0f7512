"""People, teams and reporting lines: import, hand edits, history."""
