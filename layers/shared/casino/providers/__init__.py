"""HTTP to any counterpart: deadlines, tries, circuits, tokens."""
