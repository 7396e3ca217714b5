"""The tenant portal: what browsers talk to.  It keeps their sessions, and the control plane's tokens for them."""
