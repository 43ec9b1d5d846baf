"""Names a client by its header User-Agent, so that the owner of a session recognises it."""

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
"""What stands in the header, and the name. The first one counts: Edge and Opera say that they are Chrome, too."""

SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)

LONGEST = 60


def name_of(user_agent: str | None) -> str:
    """Such as "Firefox, Linux"; the header itself, shortened, if it is that of no browser; empty without one."""
    given = user_agent or ""
    names = [
        next((name for sign, name in known if sign in given), "")
        for known in (BROWSERS, SYSTEMS)
        if given.startswith("Mozilla/")
    ]
    return ", ".join(filter(None, names)) or given[:LONGEST]
