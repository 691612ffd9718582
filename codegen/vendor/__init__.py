"""Copy the package into another repository, and check such a copy later.

Data flows top to bottom: `target` says where a copy may go and what it may be called,
`manifest` reads what goes into it and where that comes from, `rewrite` makes its
imports relative and verifies that it stands alone, `copy` puts it together with its
stamp and in place, `check` looks at it later. `vendored` is copied as
well: with it a copy checks itself, without this repository.
"""
