"""The local workbench, served on loopback only."""
