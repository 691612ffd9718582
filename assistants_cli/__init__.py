"""The command `assistants`, of the extra `cli`; `app.py` lists what it does."""
