"""One Asterisk, and the process beside it that conducts its calls."""
