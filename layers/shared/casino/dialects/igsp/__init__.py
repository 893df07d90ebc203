"""iGSP, the iGaming Standard Protocol."""
