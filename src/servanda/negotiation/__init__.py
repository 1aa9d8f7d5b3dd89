"""Engine 4: who would agree to an option, who blocks it and what would move them."""
