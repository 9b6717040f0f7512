"""Kinds of evidence: what each adds to the common posterior, and how it is read back."""
