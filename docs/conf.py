"""Sphinx configuration: pages in Markdown, the reference from docstrings."""

from importlib.metadata import version as installed_version

project = "Leadline"
author = "The Leadline authors"
version = release = installed_version("leadline")
extensions = ["sphinx_click", "myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax"]
myst_enable_extensions = ["sphinx_click", "dollarmath"]
numpydoc_show_class_members = False
autodoc_typehints = "none"
autosummary_generate = True
exclude_patterns = ["README.md"]
html_theme = "furo"
html_title = "Leadline"
