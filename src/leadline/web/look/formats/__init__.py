"""How dates are written, where the language's own way does not do."""
