"""Take a new document in one go: facts, diff, code, changelog, version; or nothing."""
