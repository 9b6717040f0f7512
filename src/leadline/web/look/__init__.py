"""The design system: base templates, styles, words in templates, forms, mail."""
