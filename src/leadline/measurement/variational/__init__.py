"""The marginal method where raters and ratees cross: Gaussian variational EM."""
