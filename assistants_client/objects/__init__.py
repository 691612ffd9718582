"""Objects that know their client: what the methods give, alive."""
