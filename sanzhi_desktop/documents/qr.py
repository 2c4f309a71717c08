"""QR codes as rectangles, for whoever draws them: number and content hash of a paper."""

Rectangle = tuple[float, float, float, float]  # x, y, width, height; y counts upwards

_QUIET = 4  # modules of white around the code (ISO/IEC 18004)


def qr_rectangles(text: str, size: float) -> list[Rectangle]:
    """Black rectangles of the QR for `text` in a square of `size` points, quiet zone inside it.

    Error correction M, UTF-8. Dark modules side by side are one rectangle, so that no reader
    shows hairlines between them.
    """
    import segno

    code = segno.make(text, error="m", encoding="utf-8", micro=False, boost_error=False)
    matrix = [bytes(row) for row in code.matrix]
    unit = size / (len(matrix) + 2 * _QUIET)
    rectangles: list[Rectangle] = []
    for number, row in enumerate(matrix):
        y = size - (_QUIET + number + 1) * unit
        column = 0
        while column < len(row):
            start = column
            while column < len(row) and row[column]:
                column += 1
            if column > start:
                x = (_QUIET + start) * unit
                rectangles.append((x, y, (column - start) * unit, unit))
            column += 1
    return rectangles
