"""Build any documents, and prove what comes out of them."""
