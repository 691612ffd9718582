"""The API as its document has it, in schemas and in words; it knows no server.

`operations` lists what is served, `limits` what the document says only in words;
`objects` and `file_objects` make the API's objects and change them, and `json_schemas`
judges the schemas of clients, whose `patterns` must not cost too much.
"""
