"""What all pages that `tomo` writes have in common: each is one file that needs nothing else."""

from collections.abc import Iterable
from html import escape

from tomo.render.palette import BAD, GOOD

_CSS = f"""
body {{ font: 15px/1.45 "DejaVu Sans", Verdana, Arial, sans-serif; color: #1a1a1a;
  max-width: 1180px; margin: 0 auto; padding: 24px; }}
h1 {{ font-size: 26px; margin: 0 0 4px; }} h2 {{ font-size: 19px; margin: 32px 0 8px; }}
.sub {{ color: #555; margin: 0 0 16px; }}
.verdict {{ padding: 14px 18px; border-radius: 6px; color: #fff; font-size: 20px;
  font-weight: bold; }}
.held {{ background: {GOOD}; }} .failed {{ background: {BAD}; }}
.tiles {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px;
  margin: 16px 0; }}
.tile {{ border: 1px solid #ddd; border-radius: 6px; padding: 10px 14px; }}
.tile b {{ display: block; font-size: 24px; }} .tile span {{ color: #555; font-size: 13px; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid #e3e3e3;
  vertical-align: top; overflow-wrap: anywhere; }}
th {{ font-size: 13px; color: #555; }}
td.n, th.n {{ text-align: right; font-variant-numeric: tabular-nums; }}
td.t {{ font-variant-numeric: tabular-nums; white-space: nowrap; }}
td.ok {{ color: {GOOD}; font-weight: bold; }} td.bad {{ color: {BAD}; font-weight: bold; }}
td.t, td.n, td.ok, td.bad, td.state {{ overflow-wrap: normal; white-space: nowrap; }}
svg {{ width: 100%; height: auto; }}
footer {{ color: #555; font-size: 13px; margin-top: 32px; }}
/* Paper gets no backgrounds unless somebody asks for them: white words would be on white. */
@media print {{
  body {{ font-size: 11px; padding: 0; }} tr {{ break-inside: avoid; }} h2 {{ break-after: avoid; }}
  .verdict {{ background: none; border: 3px solid; }}
  .held {{ color: {GOOD}; }} .failed {{ color: {BAD}; }}
}}
"""


def document(title: str, parts: Iterable[str]) -> str:
    """The whole page; `parts` are its body."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_CSS}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def table(heads: tuple[str, ...], rows: list[str]) -> str:
    """Heads beginning with # stand over numbers."""
    cells = "".join(
        f'<th class="n">{head[1:]}</th>' if head.startswith("#") else f"<th>{head}</th>"
        for head in heads
    )
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>\n{body}</tbody></table>"
