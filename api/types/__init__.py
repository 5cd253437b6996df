"""What the API speaks of. A type holds a row of the pinned analysis and reads it when asked; Strawberry ends
at each `from_domain`.
"""
