"""Speed and memory, beside stock openapi-python-client, openai and bare httpx."""
