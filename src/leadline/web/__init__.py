"""The web application: an organisation runs its assessment cycles.

One room an app, each importing only those before it: ``look < accounts < people < catalogue < cycles <
rating < results < project``. A view gets objects only through its app's ``access.py``.
"""
