"""The data: where it comes from, how it is verified, parsed and kept."""
