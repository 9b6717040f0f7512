"""Pure functions over arrays: the arithmetic of rating models, without tables, names or checks.

Shapes: P ratees, R raters, I items, K categories, N ratings, C cells, F forms (item sets), G nodes.
"""
