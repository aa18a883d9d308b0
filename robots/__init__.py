"""Robot arms: motion in, seconds out."""
