// Pictures in a real GIMP, and calls of our procedures there, for the tests that run as a plug-in.
#pragma once

#include <gegl.h>
#include <libgimp/gimp.h>

#include <functional>
#include <string>
#include <vector>

namespace neural_style {

/// An image that is deleted at the end of its scope.
class Canvas {
public:
    explicit Canvas(int width = 40, int height = 30, GimpImageBaseType type = GIMP_RGB,
                    GimpPrecision precision = GIMP_PRECISION_U8_GAMMA);
    ~Canvas();
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;

    /// A new layer on top of `parent` (0: the image), filled with a pattern that has every value and, with alpha, every
    /// transparency.
    int add(const std::string& name, int width, int height, bool alpha = false, int x = 0, int y = 0, int parent = 0);
    int group(const std::string& name, int parent = 0);
    int mask(int layer);  ///< adds a layer mask with a pattern

    std::vector<int> layers(int parent = 0) const;  ///< from the top

    int id;
};

/// What a layer's numbers are without any colour conversion: 4 (red, green, blue, alpha) or 2 (grey, alpha) each pixel,
/// in the layer's own encoding.
std::vector<double> numbers(int layer);
void set_numbers(int layer, const std::vector<double>& values);
std::vector<double> mask_numbers(int mask);  ///< 1 each pixel, linear
std::string format_of(int layer);            ///< babl's name, such as "R'G'B' u8"
bool is_linear(int layer);

/// Everything of an image that a failure must leave alone: its layers with all their properties, bit by bit.
std::string snapshot(const Canvas& canvas);

struct Result {
    GimpPDBStatusType status = GIMP_PDB_EXECUTION_ERROR;
    int layer = -1;
    std::string sentence;
    bool done() const { return status == GIMP_PDB_SUCCESS; }
};

/// Calls plug-in-neural-style.
Result stylise(int image, int drawable, int style, const std::string& settings = "", double content_weight = 1,
               double style_weight = 1000, int iterations = 5, GimpRunMode mode = GIMP_RUN_NONINTERACTIVE);

/// Calls plug-in-neural-style-blend.
Result stylise_blend(int image, int drawable, const std::vector<int>& styles, const std::vector<double>& weights,
                     const std::string& settings = "");

/// Calls plug-in-neural-style-guided with one style, of which `region` counts, and one guide on the content.
Result stylise_guided(int image, int drawable, int style, int guide, int region, const std::string& settings = "");

/// Calls plug-in-neural-style-more as the menu does.
Result stylise_more(int image, int drawable);

/// Calls plug-in-neural-style-again.
Result stylise_again(int image, int drawable, int more = 0);

double from_srgb_curve(double value);  ///< to linear
double to_srgb_curve(double value);

}  // namespace neural_style
