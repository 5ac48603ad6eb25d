"""Charcoal, red chalk and white on tinted paper: the flat of the stick for masses, its edge for lines."""
import numpy as np

from painting.fields import blur, colour, grain, noise, smooth
from painting.scenes import still_life

PAPER, COAL, SANGUINE, CHALK = (colour(text) for text in ("#c9b492", "#191614", "#9a4527", "#fbf3e2"))


def paint(width, height, rng):
    unit = height / 480
    scene = still_life(width, height, rng)
    tone = scene.tone()
    tone = smooth(0.02, 1.02, tone)
    tooth = 0.55 * noise(rng, width, height, 2.6 * unit, 2) + 0.45 * noise(rng, width, height, 1.3 * unit, 1)
    laid = 0.25 * np.sin(2 * np.pi * np.arange(height) / (3.3 * unit))[:, None]  # the wires of the paper's mould
    tooth = tooth + laid

    def chalk(amount, angles, length, hard):
        """How much a stick leaves that is drawn along `angles`: more where the paper stands high."""
        streaks = grain(rng, angles, length * unit)
        return smooth(-hard, hard, amount * 2.1 - 1 + 0.34 * streaks + 0.42 * tooth)

    slant = -0.85 + 0.25 * noise(rng, width, height, 160 * unit, 1)
    along = scene.angles + 0.1 * noise(rng, width, height, 40 * unit, 1)
    dark = 1 - tone
    masses = chalk(dark * 0.95 + 0.1, slant, 46, 0.75)
    forms = chalk(np.clip(dark * 1.35 - 0.25, 0, 1), along, 30, 0.4)
    depths = chalk(np.clip(dark * 2.2 - 1.05, 0, 1), slant + np.pi / 2.4, 26, 0.35)
    # Lines that were drawn twice, here thick, there nearly gone.
    borders = scene.borders().astype(np.float32)
    pressure = 0.65 + 0.5 * noise(rng, width, height, 70 * unit, 2)
    again = np.roll(borders, (int(3 * unit), int(-2 * unit)), (0, 1)) * 0.45
    lines = np.clip(blur(borders, 1.1 * unit) * 5 + blur(again, 0.8 * unit) * 3, 0, 1)
    lines = smooth(0.15, 0.75, lines * pressure * 1.5 + 0.3 * tooth * lines)

    warm = np.clip((scene.colours[..., 0] - scene.colours[..., 2]) * 1.9, 0, 1)
    red = chalk(warm * (0.35 + 0.6 * dark), along + 0.3, 26, 0.4) * warm
    white = chalk(np.clip(tone * 3.2 - 2.2, 0, 1), along, 20, 0.35)
    picture = np.zeros((height, width, 3), np.float32) + PAPER * (1 + 0.05 * tooth[..., None])
    smudged = blur(masses, 5 * unit)
    for amount, stick in ((0.45 * smudged, COAL), (0.62 * red, SANGUINE), (0.62 * masses * dark, COAL), (0.75 * forms, COAL),
                          (0.9 * depths, COAL), (0.95 * lines, COAL), (0.95 * white, CHALK)):
        picture += amount[..., None] * (stick - picture)
    return picture
