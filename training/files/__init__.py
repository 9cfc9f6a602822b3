"""Files that are whole at any moment, rows of tables, pages."""
