"""What every command starts from: data folder, configuration, package index, the selected environments."""
