"""Releasing, checking and grading the assignment; README.md beside this file says how it goes."""
