"""What a log means: indicators, intervals, the bottleneck, and whether a plant agrees."""
