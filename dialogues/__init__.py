"""What is said and decided: pure, synchronous, without a clock."""
