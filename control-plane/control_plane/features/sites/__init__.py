"""Sites: headquarters and branch offices."""
