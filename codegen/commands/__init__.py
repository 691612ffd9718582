"""The commands of `python -m codegen`: what they take, and what they say."""
