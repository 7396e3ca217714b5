"""One folder per feature, the same few file names in each; features never import each other."""
