"""Promises: forecasts kept as they were given out, and held against what came.

`promise` has the words and the chain that nobody can mend, `made` turns forecasts into promises, and `scored`
says what became of them by rules that were said beforehand.
"""
