"""`make races`: the control path strikes at random jumps of whatever jobs do."""
