"""Functions on arrays. No kernel knows NetworkX, users or products; `graph.nx` gives them NetworkX's names.

A graph is a `Csr`: row i holds the ties of user number i. Kernels are deterministic: equal arrays give equal
bits on every machine, whatever number of threads ran. Chance comes in as arrays of permutations and uniform
numbers.
"""
