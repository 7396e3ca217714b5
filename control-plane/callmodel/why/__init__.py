"""What went wrong with a call, in words: from its record, its messages at the edges, and its recording."""
