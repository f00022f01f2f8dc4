"""Every board provisioned from this machine: what it is, where, and what was done to it."""
