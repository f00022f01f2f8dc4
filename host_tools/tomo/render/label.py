"""A board's label: lines for a terminal, and a PNG as a label printer takes it."""

import io
from typing import cast

import segno
from PIL import Image, ImageDraw, ImageFont

from tomo.label.plate import Plate

_DPI = 300
_MM = _DPI / 25.4
_SIZE = (round(70 * _MM), round(30 * _MM))
_EDGE = round(2 * _MM)
_TEXT_PX = round(3.2 * _MM)
_TITLE = "TOMOSHIBI"


def lines(plate: Plate) -> str:
    """The same as in the picture, in letters, the QR code in half blocks."""
    rows = [f"{what:<8}{value}" for what, value in plate.rows()]
    drawn = io.StringIO()
    _code(plate).terminal(drawn, compact=True, border=1)
    return "\n".join([_TITLE, *rows, drawn.getvalue().rstrip("\n")])


def png(plate: Plate) -> bytes:
    """70 by 30 mm at 300 dpi, black on white."""
    picture = Image.new("1", _SIZE, 1)
    draw = ImageDraw.Draw(picture)
    side = _SIZE[1] - 2 * _EDGE
    code = _picture(plate, side)
    picture.paste(code, (_EDGE + (side - code.width) // 2, _EDGE + (side - code.height) // 2))
    left = 2 * _EDGE + side
    room = _SIZE[0] - left - _EDGE
    step = side // (len(plate.rows()) + 1)
    draw.text((left, _EDGE), _TITLE, 0, _font(_TEXT_PX * 5 // 4))
    heads = round(11 * _MM)
    for place, (what, value) in enumerate(plate.rows(), 1):
        top = _EDGE + place * step
        draw.text((left, top), what, 0, _fitting(what, heads))
        draw.text((left + heads, top), value, 0, _fitting(value, room - heads))
    data = io.BytesIO()
    picture.save(data, "PNG", dpi=(_DPI, _DPI))
    return data.getvalue()


def _code(plate: Plate) -> segno.QRCode:
    return segno.make_qr(plate.code(), error="m")


def _picture(plate: Plate, side: int) -> Image.Image:
    """The QR code with its quiet zone, in whole pixels a module, at most `side` wide."""
    code = _code(plate)
    data = io.BytesIO()
    code.save(data, kind="png", scale=side // code.symbol_size()[0])
    return Image.open(data).convert("1")


def _fitting(text: str, room: int) -> ImageFont.FreeTypeFont:
    """The usual size, or as much smaller as the text needs."""
    fonts = (_font(size) for size in range(_TEXT_PX, 1, -1))
    return next((font for font in fonts if font.getlength(text) <= room), _font(1))


def _font(size: int) -> ImageFont.FreeTypeFont:
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))
