"""Who may sign in and what they may do, and agents as matching knows them."""
