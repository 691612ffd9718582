"""Files and vector stores: kept, indexed, searched, and deleted when nobody needs them.

`library` is what operations, runs and messages do with them. Beside the requests,
`indexer` puts files into the index that `index_file` opens and `searcher` looks
through, and `retention` deletes what nobody has used for long.
"""
