"""Files of tables that people write (TOML): what may stand there, on which line what is wrong."""
