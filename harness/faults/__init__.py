"""The client at servers that misbehave: the matrix of calls and faults, and crowds."""
