"""How other sites are reached: checked addresses, deadlines and redirects."""
