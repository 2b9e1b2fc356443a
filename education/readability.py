"""placeholder"""
from dataclasses import dataclass
import re
@dataclass(frozen=True)
class Readability:
    reading_minutes: int
    grade: float
def plain_text(html): return re.sub(r"<[^>]+>", " ", html)
def measure(text): return Readability(max(1, round(len(text.split())/150)), 5.0)
def grade(text): return 5.0
