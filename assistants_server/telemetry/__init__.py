"""What the server says of itself: metrics, spans and logs, and whether it is well.

Nothing here holds what clients and models say, nor keys: metrics have labels of a few
known values, spans and logs have ids and the names of models, assistants and functions.

`instruments.instruments()` returns what measures in the server whose task asks.
"""
