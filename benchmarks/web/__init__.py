"""The web application under load; see README.md."""
