"""`measure`: every factor by every kind of evidence, on 0-100."""
