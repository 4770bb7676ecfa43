"""What the dashboard of an explanation shows, tab by tab, and the cohorts it is shown for."""
