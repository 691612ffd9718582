"""Mixed traffic for minutes, and what it leaves behind."""
