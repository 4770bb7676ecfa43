"""The fields of analysed forms as the columns of a table."""
