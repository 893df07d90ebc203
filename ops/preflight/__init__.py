"""What an environment lacks before it goes live; each module looks at one side of it."""
