"""What is promised of provisioning, tried wherever it can be cut."""
