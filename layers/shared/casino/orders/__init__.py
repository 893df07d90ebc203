"""Orders at a marketplace that wait for us to deliver: what we know of them, and did about them."""
