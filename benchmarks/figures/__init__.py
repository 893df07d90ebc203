"""From raw figures to a table, plots, a judgement and the section of the README."""
