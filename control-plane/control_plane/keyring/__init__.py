"""Keys and what is made with them: certificates, signatures, sealed files, keyed hashes."""
