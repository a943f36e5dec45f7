"""How Titian compares with the bare libraries: ratios, measured side by side."""
