"""Values that rooms hand on: ratings, measures of a facet, a calibration, notices."""
