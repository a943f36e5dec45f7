"""What is remembered: knows SQL, no platform and no words."""
