"""The providers' games: kept in sync by a schedule, read by the platform's lobby."""
