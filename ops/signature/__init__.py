"""What of a request is signed, and why a signature that somebody sent does not match."""
