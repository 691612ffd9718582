"""The upstream: the server of models that answers for an engine.

`chat` and `responses` are the engines of its two protocols; users import them from
`assistants_server.engines`. `engine` is what both have in common.
"""
