"""Number lists made dial-ready: read, normalised to E.164, judged row by row.  No I/O but on files it is handed."""
