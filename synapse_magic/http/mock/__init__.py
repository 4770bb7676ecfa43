"""A service to try calls against: scripted, on this machine, with a record of all it saw."""
