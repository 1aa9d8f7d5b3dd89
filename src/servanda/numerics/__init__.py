"""Arrays in, arrays out: the numerical kernels. No domain word is imported here."""
