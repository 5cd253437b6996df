"""Live: a fit and what came since, answered together without a refit.

`refit` fits anew the people whom a delta touches, and no others; `touched` finds them, and `newcomers` says
who they are.
"""
