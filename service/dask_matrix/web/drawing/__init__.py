"""What pages and pictures draw: the grid, plots, colours, tracebacks."""
