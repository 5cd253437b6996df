"""Tests are sentences; this package exists so that no other `tests` on the path is taken for ours."""
