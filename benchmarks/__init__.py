"""Measured, not believed: each module prints a table of ratios taken in one run, and ends with a line RESULT {json}."""
