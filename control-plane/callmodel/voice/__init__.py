"""What is known of voices: what each party sent and was sent, how well it was heard, when a direction is dead."""
