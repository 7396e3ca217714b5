"""What rooms share in Redis while it is hot: one owner of each key, with its scripts."""
