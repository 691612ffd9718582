"""Call a mock of the API that others wrote, through our clients."""
