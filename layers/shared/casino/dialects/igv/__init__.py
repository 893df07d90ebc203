"""iGV: the signatures of seller and merchant, and the seller's token."""
