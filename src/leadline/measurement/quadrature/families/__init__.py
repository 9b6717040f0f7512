"""Families of item response functions, with their derivatives."""
