"""What a competent developer writes first, kept honest: the other side of every ratio."""
