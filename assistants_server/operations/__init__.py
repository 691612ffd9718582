"""The operations: what each does with a valid request, and what it returns.

`projects` puts them together for each project. Lists are cut into `pages`. The list of
operations, with their paths and parameters, is `contract.operations`.
"""
