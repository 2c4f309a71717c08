"""Excel sheets that an office exchanges: read with every fault by row and column, and written.

Must not: what a value means (`domain`); openpyxl is imported when a sheet is touched.
"""
