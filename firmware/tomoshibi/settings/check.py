"""Whether a value fits the declaration of its setting. Runs on the host, too."""

from tomoshibi.settings.declared import (
    CHOICE,
    DEFAULT,
    INTEGER,
    KIND,
    LEAST,
    MOST,
    SECRET,
    TEXT,
    UNIT,
)


def fits(row, value) -> bool:
    """Whether `value` may stand for the setting of `row`. The default always may."""
    kind, least, most = row[KIND], row[LEAST], row[MOST]
    if kind == CHOICE:
        return value in most and not isinstance(value, (bool, float))
    if kind == TEXT or kind == SECRET:
        return isinstance(value, str) and least <= len(value) <= most
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def problem(row, value):
    """The range in words if `value` does not fit and is not the default; else None."""
    return None if value == row[DEFAULT] or fits(row, value) else allowed(row)


def allowed(row) -> str:
    """The range of a setting in words."""
    kind, least, most, unit = row[KIND], row[LEAST], row[MOST], row[UNIT]
    if kind == CHOICE:
        return (" or ".join(str(choice) for choice in most) + " " + unit).strip()
    words = ("%d to %d %s" % (least, most, unit)).strip()
    return words if kind == INTEGER else words + ", or none"
