"""What scripts/test is made of: results (what is counted), programs (how they are run), stages."""
