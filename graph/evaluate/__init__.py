"""Is it true? Protocols that hold part of a log back, ask the rest, and compare with what came.

Every protocol learns from what lies before a cut and is measured on what lies after it; what has to be chosen
is chosen on an earlier cut of the first part. Beside ours stand the baselines of the field, on the same cut,
by the same measure, with the same candidates. Intervals come from the bootstrap, paired where two are
compared.
"""
