"""Releasing, checking and grading the assignment."""
