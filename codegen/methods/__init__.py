"""Write the methods of the client, as `methods.yaml` assigns them to operations.

`mapping` reads and checks that file, `plan` joins it with the plan of the package,
`words` writes docstrings, `files` renders all and compares it with what is there.
Nothing here knows which API it is for.
"""
