"""Signs requests, and explains why a signature that somebody sent does not match."""
