"""`make bench`: what the project promises about memory, speed and allocations, measured.

Every figure is a count or a ratio, or says on which machine it was taken; docs/benchmarks.md tells
how to read them. The programs in `benchmarks/desk` run on the desk builds.
"""
