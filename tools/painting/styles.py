"""All the styles there are, each with the title it has in the gallery; a style NAME is painted by NAME.py here."""
import importlib

import numpy as np
from PIL import Image

STYLES = {
    "swirls": "Starry Hills",
    "dusk": "Burning Dusk",
    "points": "River in Points",
    "mosaic": "Sun Mosaic",
    "glass": "Rose Window",
    "woodcut": "Woodcut Waves",
    "watercolour": "Watercolour Poppies",
    "charcoal": "Charcoal Still Life",
    "hatching": "Pen and Ink Town",
    "inkwash": "Ink Wash Mountains",
    "gouache": "Gouache Town",
    "pastel": "Pastel Lake",
    "impasto": "Impasto Bouquet",
    "rain": "Rain by Palette Knife",
    "facets": "Facetted Still Life",
    "composition": "Circles and Lines",
    "collage": "Paper Cuttings",
    "deco": "Art Deco Towers",
    "halftone": "Halftone Comic",
    "linocut": "Linocut Owl",
    "sgraffito": "Scratched Bouquet",
    "batik": "Batik Fish",
    "embroidery": "Silk Embroidery",
    "crossstitch": "Cross-Stitch Sampler",
    "kilim": "Woven Rug",
    "azulejo": "Azulejo Ship",
    "fresco": "Garden Fresco",
    "marble": "Marbled Paper",
    "leaves": "Autumn Leaves",
    "frost": "Frost Ferns",
    "fire": "Fire at Night",
    "circuit": "Circuit Board",
}


def painted(name, width, height, seed):
    """The picture; the same style, size and seed give the same one."""
    style = importlib.import_module("painting." + name)
    picture = style.paint(width, height, np.random.default_rng(seed))
    return Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
