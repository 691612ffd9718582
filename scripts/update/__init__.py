"""Take a new document: facts, code, changelog and version, all of them or nothing."""
