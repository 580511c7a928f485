"""Set-up and processes: nothing is left behind, and what goes wrong is said in one sentence."""
