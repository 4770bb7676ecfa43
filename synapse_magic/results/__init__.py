"""What a verb gives back: plain dataclasses of arrays that can draw themselves."""
