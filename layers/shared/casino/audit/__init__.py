"""Who changed what, and why: records that nobody can edit."""
