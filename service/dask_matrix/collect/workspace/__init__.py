"""What every command starts from: the workspace, and the environments selected from it."""
