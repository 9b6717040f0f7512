"""Assessment rounds: who is rated, who rates whom, when, and the moves of a cycle."""
