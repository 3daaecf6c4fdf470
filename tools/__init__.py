"""What the Makefile calls."""

import sys

# Else nbformat, when it is imported, builds a grammar of addresses that no notebook needs: two seconds.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
