"""Numbers and text as people and pages read them."""


def percent(share: float) -> str:
    """A share for people: `63 %`, `0.4 %` where it is small, `<0.1 %` where it is next to nothing."""
    if 0 < share < 0.0005:
        return "<0.1 %"
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.0995 else f"{100 * share:.1f} %"


def as_html(text: str) -> str:
    """Text that a page shows as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
