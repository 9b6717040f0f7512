"""English as it is read outside the United States too."""
