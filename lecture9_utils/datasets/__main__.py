"""Fetch all of the real data: ``python -m lecture9_utils.datasets``."""

import sys

from .reviews import main

sys.exit(main())
