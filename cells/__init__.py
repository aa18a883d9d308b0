"""What a person writes about a cell, read and checked."""
