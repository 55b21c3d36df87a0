"""What things are, and how verdicts and grids follow from records. Pure: no input or output, no other room imported."""
