// Pixels in every precision and type, and through colour profiles. The worker makes the negative, copies, or paints the
// style's mean colour: all easily said in formulas.
#include <gtest/gtest.h>

#include <cmath>

#include "canvas.hpp"
#include "pixels.hpp"

using namespace neural_style;

namespace {

struct Kind {
    GimpPrecision precision;
    const char* name;
    double step;  // between two numbers, at the most
};

const Kind kinds[] = {
    {GIMP_PRECISION_U8_GAMMA, "u8", 1.0 / 255},      {GIMP_PRECISION_U8_LINEAR, "u8 linear", 1.0 / 255},
    {GIMP_PRECISION_U16_GAMMA, "u16", 1.0 / 65535},  {GIMP_PRECISION_U16_LINEAR, "u16 linear", 1.0 / 65535},
    {GIMP_PRECISION_U32_GAMMA, "u32", 1e-6},         {GIMP_PRECISION_U32_LINEAR, "u32 linear", 1e-6},
    {GIMP_PRECISION_HALF_GAMMA, "half", 1.0 / 2048}, {GIMP_PRECISION_HALF_LINEAR, "half linear", 1.0 / 2048},
    {GIMP_PRECISION_FLOAT_GAMMA, "float", 1e-6},     {GIMP_PRECISION_FLOAT_LINEAR, "float linear", 1e-6},
    {GIMP_PRECISION_DOUBLE_GAMMA, "double", 1e-6},   {GIMP_PRECISION_DOUBLE_LINEAR, "double linear", 1e-6},
};

// Curves are approximated: sRGB's to a few bits of a float, those of profiles, near black, to half a step of 8 bits.
constexpr double curve_error = 2e-5;
constexpr double profile_curve_error = 0.5 / 255;

void expect_near(const std::vector<double>& have, const std::vector<double>& want, double tolerance) {
    ASSERT_EQ(have.size(), want.size());
    double worst = 0;
    std::size_t where = 0;
    for (std::size_t i = 0; i < have.size(); ++i)
        if (const double error = std::abs(have[i] - want[i]); !(error <= worst)) worst = error, where = i;
    EXPECT_LE(worst, tolerance) << "at " << where << ": " << have[where] << " instead of " << want[where];
}

TEST(Pixels, negative_in_every_precision_and_type) {
    bool alpha = false;
    for (const auto base : {GIMP_RGB, GIMP_GRAY})
        for (const Kind& kind : kinds) {
            alpha = !alpha;  // with it gamma, without it linear for colours, and the other way round for grey
            if (&kind == kinds && base == GIMP_GRAY) alpha = !alpha;
            SCOPED_TRACE(std::string(kind.name) + (base == GIMP_RGB ? " rgb" : " grey") + (alpha ? " alpha" : ""));
            Canvas canvas(70, 66, base, kind.precision);  // more than one of GIMP's tiles each way
            const int style = canvas.add("style", 9, 9);
            const int photo = canvas.add("photo", 67, 65, alpha);
            const auto before = numbers(photo);
            const Result result = stylise(canvas.id, photo, style);
            ASSERT_TRUE(result.done()) << result.sentence;
            EXPECT_EQ(format_of(result.layer), format_of(photo));
            EXPECT_EQ(gimp_drawable_has_alpha(result.layer), alpha);
            auto want = before;
            const std::size_t channels = base == GIMP_RGB ? 4 : 2;
            for (std::size_t i = 0; i < want.size(); ++i) {
                if (i % channels == channels - 1) continue;
                want[i] = is_linear(photo) ? from_srgb_curve(1 - to_srgb_curve(want[i])) : 1 - want[i];
            }
            expect_near(numbers(result.layer), want, kind.step + curve_error);
            expect_near(numbers(photo), before, 0);
        }
}

TEST(Pixels, a_copy_is_bit_equal_in_8_bits) {
    const std::pair<GimpImageBaseType, GimpPrecision> kinds[] = {{GIMP_RGB, GIMP_PRECISION_U8_GAMMA},
                                                                 {GIMP_RGB, GIMP_PRECISION_U8_LINEAR},
                                                                 {GIMP_GRAY, GIMP_PRECISION_U8_GAMMA}};
    for (const auto& [base, precision] : kinds) {
        Canvas canvas(40, 30, base, precision);
        const int style = canvas.add("style", 9, 9);
        const int photo = canvas.add("photo", 31, 29, true);
        const Result result = stylise(canvas.id, photo, style, "network=copy");
        ASSERT_TRUE(result.done()) << result.sentence;
        expect_near(numbers(result.layer), numbers(photo), 1e-9);
    }
}

using ProfileMaker = GimpColorProfile* (*)();

GimpColorProfile* linear_adobe() {
    GimpColorProfile* adobe = gimp_color_profile_new_rgb_adobe();
    GimpColorProfile* linear = gimp_color_profile_new_linear_from_color_profile(adobe);
    g_object_unref(adobe);
    return linear;
}

void give_profile(int image, ProfileMaker make) {
    GimpColorProfile* profile = make();
    ASSERT_TRUE(gimp_image_set_color_profile(image, profile));
    g_object_unref(profile);
}

constexpr double adobe_gamma = 563.0 / 256;

TEST(Pixels, the_profile_says_what_numbers_mean) {
    const struct {
        const char* name;
        GimpImageBaseType base;
        GimpPrecision precision;
        ProfileMaker profile;
        std::function<double(double)> to_linear, from_linear;
    } cases[] = {
        {"adobe", GIMP_RGB, GIMP_PRECISION_FLOAT_GAMMA, gimp_color_profile_new_rgb_adobe,
         [](double v) { return std::pow(v, adobe_gamma); }, [](double v) { return std::pow(v, 1 / adobe_gamma); }},
        {"adobe u8", GIMP_RGB, GIMP_PRECISION_U8_GAMMA, gimp_color_profile_new_rgb_adobe,
         [](double v) { return std::pow(v, adobe_gamma); }, [](double v) { return std::pow(v, 1 / adobe_gamma); }},
        {"linear adobe", GIMP_RGB, GIMP_PRECISION_FLOAT_LINEAR, linear_adobe, [](double v) { return v; },
         [](double v) { return v; }},
        {"grey", GIMP_GRAY, GIMP_PRECISION_FLOAT_GAMMA, gimp_color_profile_new_d65_gray_srgb_trc, from_srgb_curve,
         to_srgb_curve},
        {"linear grey", GIMP_GRAY, GIMP_PRECISION_FLOAT_LINEAR, gimp_color_profile_new_d65_gray_linear,
         [](double v) { return v; }, [](double v) { return v; }},
        {"lab grey", GIMP_GRAY, GIMP_PRECISION_FLOAT_GAMMA, gimp_color_profile_new_d50_gray_lab_trc,
         [](double v) { return v <= 0.08 ? v / 9.033 : std::pow((v + 0.16) / 1.16, 3); },
         [](double v) { return v <= 0.008856 ? v * 9.033 : 1.16 * std::cbrt(v) - 0.16; }},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        Canvas canvas(40, 30, one.base, one.precision);
        give_profile(canvas.id, one.profile);
        const int style = canvas.add("style", 9, 9);
        const int photo = canvas.add("photo", 31, 29, true);
        const auto before = numbers(photo);
        const std::size_t channels = one.base == GIMP_RGB ? 4 : 2;
        const double step = one.precision == GIMP_PRECISION_U8_GAMMA ? 1.0 / 255 : 0;

        const Result copy = stylise(canvas.id, photo, style, "network=copy");
        ASSERT_TRUE(copy.done()) << copy.sentence;
        expect_near(numbers(copy.layer), before, step > 0 ? 1e-9 : profile_curve_error);

        const Result negative = stylise(canvas.id, photo, style);
        ASSERT_TRUE(negative.done()) << negative.sentence;
        auto want = before;
        for (std::size_t i = 0; i < want.size(); ++i)
            if (i % channels != channels - 1)
                want[i] = one.from_linear(from_srgb_curve(1 - to_srgb_curve(one.to_linear(want[i]))));
        expect_near(numbers(negative.layer), want, step + 3 * profile_curve_error);
    }
}

void paint(int layer, double red, double green, double blue) {
    auto values = numbers(layer);
    for (std::size_t i = 0; i < values.size(); i += 4) {
        values[i] = red;
        values[i + 1] = green;
        values[i + 2] = blue;
        values[i + 3] = 1;
    }
    set_numbers(layer, values);
}

TEST(Pixels, the_style_is_converted_to_the_contents_colours) {
    Canvas canvas(40, 30, GIMP_RGB, GIMP_PRECISION_FLOAT_GAMMA), other(20, 20, GIMP_RGB, GIMP_PRECISION_U8_GAMMA);
    give_profile(canvas.id, gimp_color_profile_new_rgb_adobe);
    const int photo = canvas.add("photo", 31, 29);
    const int style = other.add("style", 9, 9);
    paint(style, 1, 0, 0);
    Result result = stylise(canvas.id, photo, style, "network=style");
    ASSERT_TRUE(result.done()) << result.sentence;
    // sRGB's red lies inside Adobe RGB, which has the same green-blue plane and a wider green: R 0.7152 linear.
    const auto values = numbers(result.layer);
    EXPECT_NEAR(values[0], std::pow(0.7152, 1 / adobe_gamma), 2e-3);
    EXPECT_NEAR(values[1], 0, 2e-2);
    EXPECT_NEAR(values[2], 0, 2e-2);

    // and in a picture of the same space nothing is converted
    const int near = canvas.add("near", 9, 9);
    paint(near, 0.25, 0.5, 0.75);
    result = stylise(canvas.id, photo, near, "network=style");
    ASSERT_TRUE(result.done()) << result.sentence;
    const auto same = numbers(result.layer);
    EXPECT_NEAR(same[0], 0.25, 1e-4);
    EXPECT_NEAR(same[1], 0.5, 1e-4);
    EXPECT_NEAR(same[2], 0.75, 1e-4);
}

TEST(Pixels, a_style_from_a_file_is_converted_too) {
    Canvas canvas(40, 30, GIMP_RGB, GIMP_PRECISION_U8_GAMMA);
    Image red(1, 1);
    red.rgba = {1, 0, 0, 0.5f};
    EXPECT_EQ(pixels::from_srgb(red, canvas.id).rgba, red.rgba);
    give_profile(canvas.id, gimp_color_profile_new_rgb_adobe);
    const Image converted = pixels::from_srgb(red, canvas.id);
    EXPECT_NEAR(converted.rgba[0], to_srgb_curve(0.7152), 2e-3);
    EXPECT_NEAR(converted.rgba[1], 0, 2e-2);
    EXPECT_EQ(converted.rgba[3], 0.5f);
}

TEST(Pixels, an_indexed_or_grey_style_is_read_by_its_colours) {
    Canvas canvas(40, 30), indexed(8, 8, GIMP_INDEXED), grey(8, 8, GIMP_GRAY);
    const int photo = canvas.add("photo", 31, 29);
    const guchar palette[] = {10, 20, 30, 200, 100, 50};
    gimp_image_set_colormap(indexed.id, palette, 2);
    const int style = indexed.add("style", 8, 8);
    GeglBuffer* buffer = gimp_drawable_get_buffer(style);
    const std::vector<unsigned char> ones(64, 1);
    gegl_buffer_set(buffer, nullptr, 0, gegl_buffer_get_format(buffer), ones.data(), GEGL_AUTO_ROWSTRIDE);
    gegl_buffer_flush(buffer);
    g_object_unref(buffer);
    gimp_drawable_update(style, 0, 0, 8, 8);
    Result result = stylise(canvas.id, photo, style, "network=style");
    ASSERT_TRUE(result.done()) << result.sentence;
    auto values = numbers(result.layer);
    EXPECT_NEAR(values[0] * 255, 200, 0.6);
    EXPECT_NEAR(values[1] * 255, 100, 0.6);
    EXPECT_NEAR(values[2] * 255, 50, 0.6);

    const int shade = grey.add("shade", 8, 8);
    std::vector<double> half(128, 0.5);
    set_numbers(shade, half);
    result = stylise(canvas.id, photo, shade, "network=style");
    ASSERT_TRUE(result.done()) << result.sentence;
    values = numbers(result.layer);
    for (std::size_t channel = 0; channel < 3; ++channel) EXPECT_NEAR(values[channel], 0.5, 1.5 / 255);
}

TEST(Pixels, a_styles_mask_hides_from_the_engine_what_it_hides) {
    Canvas canvas(40, 30, GIMP_RGB, GIMP_PRECISION_FLOAT_GAMMA);
    const int photo = canvas.add("photo", 31, 29);
    const int style = canvas.add("style", 2, 2);
    set_numbers(style, {1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1});
    const int mask = gimp_layer_create_mask(style, GIMP_ADD_MASK_BLACK);
    gimp_layer_add_mask(style, mask);
    GeglBuffer* buffer = gimp_drawable_get_buffer(mask);
    const float first_only[] = {1, 0, 0, 0};
    gegl_buffer_set(buffer, nullptr, 0, babl_format("Y float"), first_only, GEGL_AUTO_ROWSTRIDE);
    gegl_buffer_flush(buffer);
    g_object_unref(buffer);
    Result result = stylise(canvas.id, photo, style, "network=style");
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_NEAR(numbers(result.layer)[0], 1, 1e-4);
    EXPECT_NEAR(numbers(result.layer)[1], 0, 1e-4);

    gimp_layer_set_apply_mask(style, FALSE);
    result = stylise(canvas.id, photo, style, "network=style");
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_NEAR(numbers(result.layer)[1], 0.75, 1e-4);
}

}  // namespace
