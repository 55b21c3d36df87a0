"""Read the lock files that are TOML, each as the tool that wrote it installs it by default."""
