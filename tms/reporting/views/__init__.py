"""The views, one file each, called as in the database; each file holds its `VIEW`."""
