"""The joint method: maximum likelihood over everything at once, as FACETS and Winsteps."""
