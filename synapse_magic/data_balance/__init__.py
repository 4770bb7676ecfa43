"""Data balance: how evenly rows and a positive label are spread over sensitive columns."""
