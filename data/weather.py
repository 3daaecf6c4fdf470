"""Write four years of daily weather of a town that does not exist, the same ones for the same seed.

Temperatures follow the year. Around them, high and low pressure pass by in waves of about nine days that
fade and begin anew: so the last days tell of the next ones, the more the nearer. Lows bring rain and wind.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import cos, log, pi

from reviews import Dice

FIRST, LAST = date(2012, 1, 1), date(2015, 12, 31)
MEAN, SWING, WARMEST = 16.0, 9.0, 205  # °C over the year, and the day of the year that is warmest
WAVE, FADES = 9.0, 0.92  # days; the share of a wave that is left a day later
PRESSURE, SLOW, NOISE = 3.0, 1.5, 0.8  # °C: standard deviations of what waves, warm spells and chance do
SPELL = 0.85  # the share of a warm or cold spell that is left a day later
WET, SEASON = 0.0, 0.8  # rain falls at a pressure below this, and so much more in winter, less in summer
HEADER = "date,precipitation,temp_max,temp_min,wind,weather\n"


def write(seed: int) -> str:
    """Write the days in the format of Seattle's weather in vega-datasets."""
    dice = Dice(seed)
    days = (FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1))
    return HEADER + "".join(_line(day, *state, dice) for day, state in zip(days, _states(dice), strict=False))


def _normal(dice: Dice) -> float:
    """Draw from nearly a normal distribution, with sums only."""
    return sum(dice.roll() for _ in range(12)) - 6.0


def _states(dice: Dice) -> Iterator[tuple[float, float]]:
    """Draw pressure and warmth, day by day: both with mean 0 and standard deviation 1."""
    a, b = 2 * FADES * cos(2 * pi / WAVE), -(FADES**2)
    shock = ((1 + b) * ((1 - b) ** 2 - a**2) / (1 - b)) ** 0.5  # makes the variance of the waves 1
    before = pressure = warmth = 0.0
    for day in range(-100, (LAST - FIRST).days + 1):
        before, pressure = pressure, a * pressure + b * before + shock * _normal(dice)
        warmth = SPELL * warmth + (1 - SPELL**2) ** 0.5 * _normal(dice)
        if day >= 0:
            yield pressure, warmth


def _line(day: date, pressure: float, warmth: float, dice: Dice) -> str:
    summer = cos(2 * pi * (day.timetuple().tm_yday - WARMEST) / 365.25)
    warmest = MEAN + SWING * summer + PRESSURE * pressure + SLOW * warmth + NOISE * _normal(dice)
    wet = pressure + 0.5 * _normal(dice) < WET - SEASON * summer
    rain = round(-5.0 * log(1.0 - dice.roll()) * (1.3 - 0.3 * pressure), 1) if wet and pressure < 3 else 0.0
    coldest = warmest - (5.5 if wet else 8.5) - 2.5 * summer + 0.9 * _normal(dice)
    wind = max(0.4, 3.2 - 0.9 * pressure + 0.7 * _normal(dice))
    kind = _kind(rain, warmest, pressure, wind)
    return f"{day},{rain:.1f},{warmest:.1f},{coldest:.1f},{wind:.1f},{kind}\n"


def _kind(rain: float, warmest: float, pressure: float, wind: float) -> str:
    if rain > 0:
        return "snow" if warmest < 3 else "drizzle" if rain < 0.6 else "rain"
    return "fog" if pressure < 0.6 and wind < 2.6 else "sun"
