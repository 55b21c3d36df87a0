"""The parts of web_speed.py."""
