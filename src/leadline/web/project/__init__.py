"""Everything together: settings, addresses, first run, serving, demonstration."""
