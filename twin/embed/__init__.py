"""The compiled line inside a user's own SimPy model."""

from twin.embed.attached import AttachedLine

__all__ = ["AttachedLine"]
