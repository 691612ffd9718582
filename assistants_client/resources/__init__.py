"""What the client can do, as methods: thin shells around calls, for sync and async."""
