"""The model builder: a form beside a cell whose text is all that it knows."""
