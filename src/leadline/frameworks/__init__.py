"""Room frameworks."""
