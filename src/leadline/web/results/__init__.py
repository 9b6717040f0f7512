"""Runs, disclosure, review of comments, release, the pages of results."""
