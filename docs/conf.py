"""Sphinx configuration: pages in Markdown, the reference from docstrings."""

from importlib.metadata import version as installed_version

project = "Leadline"
author = "The Leadline authors"
version = release = installed_version("leadline")
extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx_click"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_member_order = "groupwise"
html_theme = "furo"
html_title = "Leadline"
