"""What is compared, and how a built function is run outside of Lambda."""
