"""The options of the server, and where their values come from.

`table` has every option once; the command line, the environment, files and what
`--show-config` prints are made of it. The command line counts more than the
environment, that more than the file, and that more than the default.
"""
