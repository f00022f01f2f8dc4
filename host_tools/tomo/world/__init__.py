"""The simulated site: grid, inverter, battery, sun and loads, from a scenario and a seed."""
