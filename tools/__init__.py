"""What the Makefile calls."""

import sys

# Else nbformat's check of addresses builds a grammar when it is imported, which no notebook needs: two seconds.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
