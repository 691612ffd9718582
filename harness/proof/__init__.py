"""Several processes over one database, and an auditor of what they have promised."""
