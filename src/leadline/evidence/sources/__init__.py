"""Where evidence comes from: one reader a module, each returning tables as they were read."""
