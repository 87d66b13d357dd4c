"""The address of a record as it may be shown, and taken back from a person who saw it like that."""


def shown(url: str) -> str:
    """The address with stars in place of its password; one among the options is left out."""
    if "://" not in url:
        return url
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        return url.rpartition("@")[2]
    return parsed.difference_update_query(("password",)).render_as_string(hide_password=True)


def typed(text: str, before: str) -> str:
    """What a person typed where `shown(before)` stood: untouched, it means the address as it was."""
    return before if text == shown(before) else text
