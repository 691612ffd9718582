"""Copy the package into another repository, and tell what became of such a copy.

Data flows top to bottom: `naming` says where a copy may go and how it may be called,
`gathering` reads what goes into it, `rewriting` makes its imports relative, `verifying`
looks at the result, `provenance` says where it comes from, `making` puts it together
with its stamp, `writing` puts it in place, `comparing` looks at it later. `vendored` is
copied as well: with it a copy checks itself, without this repository.
"""
