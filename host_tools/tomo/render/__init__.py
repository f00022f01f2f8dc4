"""Everything that makes text and pictures for people."""
