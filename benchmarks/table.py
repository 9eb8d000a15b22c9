"""What a measurement found, against what it must reach."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number: what it is of, its target if it has one, and whether that was reached."""

    name: str
    found: str
    target: str = ""
    reached: bool | None = None

    def unjudged(self) -> "Line":
        """Return the line without its target, where too little was measured to judge by."""
        return replace(self, target="", reached=None)


def at_least(name: str, value: float, target: float, unit: str = "×") -> Line:
    """Return the line of a number that must be as large as `target`."""
    return Line(
        name=name,
        found=f"{value:.2f}{unit}",
        target=f"≥ {target:g}{unit}",
        reached=value >= target,
    )


def at_most(name: str, value: float, target: float, unit: str = "×") -> Line:
    """Return the line of a number that must be no larger than `target`."""
    digits = 0 if value >= 50 else 2
    return Line(
        name=name,
        found=f"{value:.{digits}f}{unit}",
        target=f"≤ {target:g}{unit}",
        reached=value <= target,
    )


def told(name: str, found: str) -> Line:
    """Return the line of something that is said for information."""
    return Line(name=name, found=found)
