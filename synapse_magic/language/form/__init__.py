"""A form beside a cell: the text is its only state, read into a form and changed by clicks."""
