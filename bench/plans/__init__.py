"""The plans of all statements that the server sends, in a store that has grown."""
