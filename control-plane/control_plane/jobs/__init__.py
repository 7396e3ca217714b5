"""Work done later by Celery: each piece once, tried again, and kept where an operator finds it when it fails."""
