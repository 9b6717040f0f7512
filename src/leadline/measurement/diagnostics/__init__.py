"""What a calibration shows besides measures: fit, rater effects, links, bias."""
