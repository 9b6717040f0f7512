"""`fit` and `fit_dimensions`: choose the estimator, calibrate, and put the result into words and tables."""
