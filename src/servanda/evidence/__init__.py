"""Texts read into quoted, attributed claims and position timelines."""
