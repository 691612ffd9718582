"""Questions to an assistant, and its answers: what `ask` and `chat` share."""
