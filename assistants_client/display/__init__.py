"""What objects look like: as plain text, in notebooks, and for rich.

Data is made into a view of titles, facts, tables and texts, which three modules show:
`plain`, `html` and `rich_text`. Nothing here sends anything.
"""
