"""The rules of tools/tidy, one module each; tests/tools/tidy_test.py shows that each can refuse."""
