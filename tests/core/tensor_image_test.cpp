#include "pictures/tensor_image.hpp"

#include <cstring>
#include <limits>
#include <random>

#include "drawn_tensors.hpp"
#include "pictures/colours.hpp"

namespace neural_style {
namespace {

using testing::drawn_picture;
using testing::relative_distance;

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

Image random_image(int width, int height, unsigned seed, bool opaque) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> level(0, 1);
    Image image(width, height);
    for (std::size_t i = 0; i < image.rgba.size(); ++i) image.rgba[i] = i % 4 == 3 && opaque ? 1 : level(random);
    return image;
}

at::Tensor seen(const Image& image) { return colours_of(image, alpha_of(image)); }

bool in_range(const at::Tensor& tensor) {
    return at::isfinite(tensor).all().item<bool>() && tensor.min().item<float>() >= 0 &&
           tensor.max().item<float>() <= 1;
}

TEST(TensorImage, OpaquePicturesRoundTripBitForBit) {
    for (auto [width, height] : {std::pair(1, 1), {7, 3}, {1, 50}, {64, 33}}) {
        const Image image = random_image(width, height, 1, true);
        const at::Tensor colours = seen(image);
        ASSERT_EQ(colours.sizes().vec(), (std::vector<std::int64_t>{1, 3, height, width}));
        const Image again = to_image(colours, alpha_of(image));
        EXPECT_EQ(again.width, width);
        EXPECT_EQ(again.height, height);
        EXPECT_EQ(std::memcmp(again.rgba.data(), image.rgba.data(), image.rgba.size() * sizeof(float)), 0);
    }
}

TEST(TensorImage, RowsAndChannelsAreWhereTheyBelong) {
    Image image(3, 2);
    for (float* value = image.rgba.data(); value < image.rgba.data() + 24; ++value) *value = 1;
    image.pixel(2, 1)[1] = 0.25F;
    const at::Tensor colours = seen(image);
    EXPECT_EQ(colours[0][1][1][2].item<float>(), 0.25F);
    EXPECT_EQ(colours.sum().item<float>(), 17.25F);
}

TEST(TensorImage, WhatIsOutsideTheRangeOrNotFiniteIsBroughtInside) {
    Image image(4, 1);
    image.rgba = {-1, 2, nan_value, 1, infinity, -infinity, 0.5F, 2, 0, 0, 0, nan_value, 1, 1, 1, -1};
    EXPECT_TRUE(in_range(seen(image)));
    EXPECT_TRUE(in_range(alpha_of(image)));
    EXPECT_EQ(alpha_of(image)[0][0][0][1].item<float>(), 1);
}

TEST(TensorImage, HiddenColoursHaveNoInfluence) {
    Image image = random_image(37, 22, 3, false);
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            if ((x / 5 + y / 3) % 2) image.pixel(x, y)[3] = 0;
    Image other = image;
    std::mt19937 random(4);
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            if (other.pixel(x, y)[3] == 0)
                for (int channel = 0; channel < 3; ++channel)
                    other.pixel(x, y)[channel] = random() % 5 == 0 ? nan_value : float(random() % 1000) / 300 - 1;
    EXPECT_TRUE(at::equal(seen(image), seen(other)));
}

TEST(TensorImage, HolesAreFilledWithWhatIsAroundThem) {
    Image image(40, 40);  // left half red, right half blue, a hole in each
    for (int y = 0; y < 40; ++y)
        for (int x = 0; x < 40; ++x) {
            float* pixel = image.pixel(x, y);
            pixel[x < 20 ? 0 : 2] = 1;
            pixel[3] = (x % 20 > 7 && x % 20 < 13 && y > 15 && y < 25) ? 0 : 1;
        }
    const at::Tensor colours = seen(image);
    EXPECT_TRUE(in_range(colours));
    EXPECT_GT(colours[0][0][20][10].item<float>(), 0.8);
    EXPECT_LT(colours[0][2][20][10].item<float>(), 0.2);
    EXPECT_GT(colours[0][2][20][30].item<float>(), 0.8);
    EXPECT_LT(colours[0][0][20][30].item<float>(), 0.2);
}

TEST(TensorImage, AVisiblePixelKeepsItsColour) {
    Image image = random_image(16, 16, 5, true);
    image.pixel(3, 3)[3] = 0;
    const at::Tensor colours = seen(image);
    for (int y = 0; y < 16; ++y)
        for (int x = 0; x < 16; ++x)
            if (x != 3 || y != 3) {
                ASSERT_EQ(colours[0][1][y][x].item<float>(), image.pixel(x, y)[1]);
            }
}

TEST(TensorImage, AnInvisiblePictureIsFiniteWhateverItsSize) {
    for (auto [width, height] : {std::pair(1, 1), {1, 50}, {33, 17}, {2, 2}})
        EXPECT_TRUE(in_range(seen(Image(width, height))));
}

TEST(Resized, TheSameSizeIsTheSameTensor) {
    const at::Tensor picture = drawn_picture(20, 10, 1);
    EXPECT_TRUE(resized(picture, 20, 10).is_same(picture));
    EXPECT_TRUE(at::equal(enlarged(picture, drawn_picture(20, 10, 2)), picture));
}

TEST(Resized, FlatPicturesStayFlatAndNothingLeavesTheRange) {
    const at::Tensor flat = at::full({1, 3, 21, 34}, 0.3);
    at::Tensor edges = at::zeros({1, 3, 21, 34});
    edges.narrow(3, 10, 9).fill_(1);
    for (auto [width, height] : {std::pair(5, 5), {100, 90}, {34, 20}, {1, 1}, {1, 50}}) {
        EXPECT_LT((resized(flat, width, height) - 0.3).abs().max().item<float>(), 1e-5);
        EXPECT_TRUE(in_range(resized(edges, width, height)));
        EXPECT_TRUE(in_range(enlarged(resized(edges, width, height), edges)));
        EXPECT_EQ(resized(edges, width, height).size(2), height);
        EXPECT_EQ(resized(edges, width, height).size(3), width);
    }
}

at::Tensor colour_mean(const at::Tensor& picture) { return picture.flatten(2).mean(2).squeeze(0).to(at::kDouble); }

at::Tensor colour_covariance(const at::Tensor& picture) {
    const at::Tensor pixels = picture.flatten(2).squeeze(0).to(at::kDouble);
    const at::Tensor centred = pixels - pixels.mean(1, true);
    return centred.mm(centred.t()) / double(pixels.size(1));
}

at::Tensor light_of(const at::Tensor& picture) {
    return picture.select(1, 0) * 0.299 + picture.select(1, 1) * 0.587 + picture.select(1, 2) * 0.114;
}

TEST(Enlarged, PutsAPartOfTheContentsOwnDetailBack) {
    const at::Tensor content = drawn_picture(64, 48, 3);
    const at::Tensor back = enlarged(resized(content, 32, 24), content);
    const at::Tensor plain = resized(resized(content, 32, 24), 64, 48);
    const double missing =
        relative_distance(light_of(back), light_of(content)) / relative_distance(light_of(plain), light_of(content));
    EXPECT_LT(missing, 0.75);  // a third came back
    EXPECT_GT(missing, 0.5);   // and no more than half, or a painting turns into a photograph again
    EXPECT_EQ(back.sizes(), content.sizes());
}

TEST(Colours, GreyHasTheLuminanceInEveryChannel) {
    const at::Tensor picture = drawn_picture(12, 9, 4), grey = greyed(picture);
    for (int channel = 0; channel < 3; ++channel)
        EXPECT_LT((grey.select(1, channel) - light_of(picture)).abs().max().item<float>(), 1e-6);
}

TEST(Colours, RecolouredHasTheContentsMeanAndCovariance) {
    const at::Tensor style = drawn_picture(40, 30, 5) * 0.6 + 0.1, content = drawn_picture(30, 40, 6) * 0.4 + 0.3;
    const at::Tensor moved = recoloured(style, {}, content, {});
    EXPECT_EQ(moved.sizes(), style.sizes());
    // They agree in Oklab, and so nearly on the screen.
    EXPECT_LT(relative_distance(colour_mean(moved), colour_mean(content)), 0.02);
    EXPECT_LT(relative_distance(colour_covariance(moved), colour_covariance(content)), 0.2);
    EXPECT_LT(relative_distance(colour_covariance(moved), colour_covariance(content)),
              0.3 * relative_distance(colour_covariance(style), colour_covariance(content)));
    EXPECT_LT(relative_distance(recoloured(content, {}, content, {}), content), 1e-3);
}

TEST(Colours, AHistogramIsTheContentsTooWhereMeanAndSpreadAreNotAll) {
    // Light comes in two heaps in the content and in one in the style.
    const at::Tensor style = drawn_picture(80, 60, 5) * 0.6 + 0.1,
                     heaps = at::where(light_of(drawn_picture(60, 80, 6)).gt(0.5), at::full({}, 0.75F),
                                       at::full({}, 0.25F)),
                     content = heaps.expand({1, 3, 80, 60}) + (drawn_picture(60, 80, 7) - 0.5) * 0.1;
    const auto apart = [&](bool histogram) {
        const auto sorted = [](const at::Tensor& picture) {
            return std::get<0>(at::sort(light_of(picture).flatten()));
        };
        const at::Tensor moved = recoloured(style, {}, content, {}, histogram);
        EXPECT_TRUE(in_range(moved));
        return (sorted(moved) - sorted(content)).abs().mean().item<double>();
    };
    EXPECT_LT(apart(true), 0.4 * apart(false));
}

TEST(Colours, OneColouredPicturesSurvive) {
    const at::Tensor flat = at::full({1, 3, 8, 8}, 0.25), other = drawn_picture(8, 8, 7);
    EXPECT_TRUE(in_range(recoloured(flat, {}, other, {})));
    EXPECT_TRUE(in_range(recoloured(other, {}, flat, {})));
    EXPECT_TRUE(in_range(recoloured(flat, {}, flat, {})));
    EXPECT_LT((recoloured(other, {}, flat, {}) - 0.25).abs().max().item<float>(), 0.1);
}

TEST(Colours, LuminanceTransferKeepsTheContentsColours) {
    const at::Tensor content = drawn_picture(16, 12, 8) * 0.3 + 0.3, picture = drawn_picture(16, 12, 9) * 0.3 + 0.3;
    const at::Tensor mixed = with_colours_of(content, picture);
    EXPECT_LT((light_of(mixed) - light_of(picture)).abs().max().item<float>(), 1e-5);
    const auto difference_of_colours = [](const at::Tensor& p) { return p.select(1, 0) - p.select(1, 2); };
    EXPECT_LT((difference_of_colours(mixed) - difference_of_colours(content)).abs().max().item<float>(), 1e-5);
}

}  // namespace
}  // namespace neural_style
