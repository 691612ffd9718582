"""What is neither test nor command: counterparts, drivers and their environments."""
