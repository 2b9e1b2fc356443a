"""What the main pages cost, beside a page that does nothing, in the same run. `python -m bench`."""
