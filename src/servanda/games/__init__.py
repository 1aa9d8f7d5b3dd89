"""Game trees as data, their equilibria and the catalogue of crisis games."""
