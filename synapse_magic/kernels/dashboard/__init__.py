"""The maths behind the dashboard of an explanation: cohorts, errors, costs, what if."""
