"""Making a fresh board one node of a site: identity, keys, settings, time; read back and proved."""
