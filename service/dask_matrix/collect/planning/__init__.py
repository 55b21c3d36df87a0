"""What a run has to execute, decided from the evidence."""
