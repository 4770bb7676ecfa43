"""What a model says of rows when features are set to each value of a grid: ICE and its means."""
