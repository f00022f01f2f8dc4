"""`make budget`: what the firmware executes on RV32, counted exactly, against figures kept here."""
