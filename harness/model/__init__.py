"""A real small model behind the server, asked by both protocols."""
