"""Room measurement."""
