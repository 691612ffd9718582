"""Finds in a code base what has to change, now that the Assistants API is retired.

Nothing that is read is executed. Python is read by its syntax tree, so that names stand
for what they were assigned; other languages, and what doesn't parse, by patterns.
"""
