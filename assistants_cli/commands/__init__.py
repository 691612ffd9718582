"""The commands, a module for each; `app.py` names them."""
