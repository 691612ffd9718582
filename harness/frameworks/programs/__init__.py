"""Programs that use frameworks, each in the environment of its own."""
