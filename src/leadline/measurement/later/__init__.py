"""Measuring some ratees anew, everything else held at what the first calibration found."""
