"""Operations compiled once: one step for each level of a document instead of one call for each field of each object.

A plan gives what the reference executor (graphql-core's) would give, or it gives up; then the reference executor
answers. See docs/adr/0010-compiled-plans.md.
"""
