"""Run frameworks that take a client of `openai` with ours, as their releases are."""
