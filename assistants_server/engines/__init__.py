"""Model engines: what writes the messages and the tool calls of runs."""
