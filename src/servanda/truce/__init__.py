"""Engine 5: whether a truce is kept, per party and domain."""
