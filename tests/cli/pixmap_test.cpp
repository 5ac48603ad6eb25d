#include "pixmap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

class Pixmap : public ::testing::Test {
protected:
    std::string path(const std::string& ending) {
        paths_.push_back(::testing::TempDir() + "pixmap-test-" + std::to_string(paths_.size()) + ending);
        return paths_.back();
    }
    std::string written(const std::string& ending, const std::string& bytes) {
        const std::string name = path(ending);
        std::ofstream(name, std::ios::binary) << bytes;
        return name;
    }
    std::string refusal(const std::string& bytes) {
        try {
            read_pixmap(written(".ppm", bytes));
        } catch (const Error& error) {
            EXPECT_EQ(error.cause(), Cause::picture);
            EXPECT_NE(std::string(error.what()).find(paths_.back()), std::string::npos) << error.what();
            return error.what();
        }
        ADD_FAILURE() << "taken: " << bytes.substr(0, 40);
        return {};
    }
    void TearDown() override {
        for (const std::string& name : paths_) std::remove(name.c_str());
    }

    std::vector<std::string> paths_;
};

std::string contents(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST_F(Pixmap, NamesAreKnownByTheirEndings) {
    EXPECT_TRUE(is_pixmap("a.ppm"));
    EXPECT_TRUE(is_pixmap("/b/a.pfm"));
    EXPECT_FALSE(is_pixmap("a.png"));
    EXPECT_FALSE(is_pixmap("ppm"));
}

TEST_F(Pixmap, EightBitsAreReadFromTheTopLeft) {
    const PictureFile file =
        read_pixmap(written(".ppm", std::string("P6\n# a comment\n2 1\n255\n") + "\xFF\x80" + '\0' + "\x01\x02\x03"));
    EXPECT_EQ(file.bits, 8);
    EXPECT_FALSE(file.has_alpha);
    ASSERT_EQ(file.image.width, 2);
    ASSERT_EQ(file.image.height, 1);
    const float expected[] = {1, 128 / 255.F, 0, 1, 1 / 255.F, 2 / 255.F, 3 / 255.F, 1};
    for (int i = 0; i < 8; ++i) EXPECT_FLOAT_EQ(file.image.rgba[i], expected[i]) << i;
}

TEST_F(Pixmap, LevelsAreRelativeToTheFilesOwnRange) {
    EXPECT_FLOAT_EQ(read_pixmap(written(".ppm", "P6 1 1 100 \x32\x32\x32")).image.rgba[0], 0.5F);
}

TEST_F(Pixmap, SixteenBitsAndFloatsRoundTrip) {
    std::mt19937 random(1);
    PictureFile file{Image(5, 3), false, 16};
    for (std::size_t i = 0; i < file.image.rgba.size(); ++i)
        file.image.rgba[i] = i % 4 == 3 ? 1 : float(random() % 65536) / 65535;
    for (const char* ending : {".ppm", ".pfm"}) {
        const std::string name = path(ending);
        write_pixmap(name, file);
        const PictureFile again = read_pixmap(name);
        EXPECT_EQ(again.bits, std::string(ending) == ".pfm" ? 32 : 16);
        for (std::size_t i = 0; i < file.image.rgba.size(); ++i)
            ASSERT_FLOAT_EQ(again.image.rgba[i], file.image.rgba[i]) << ending << " " << i;
    }
}

TEST_F(Pixmap, FloatsKeepWhatLevelsCannotHold) {
    PictureFile file{Image(2, 1), false, 32};
    file.image.rgba = {-1.5F, 1e20F, 1e-20F, 1, INFINITY, NAN, 0.1F, 1};
    const std::string name = path(".pfm");
    write_pixmap(name, file);
    const PictureFile again = read_pixmap(name);
    EXPECT_EQ(std::memcmp(again.image.rgba.data(), file.image.rgba.data(), 8 * sizeof(float)), 0);
}

TEST_F(Pixmap, FloatsMayHaveTheirLargestByteFirst) {
    const PictureFile file =
        read_pixmap(written(".pfm", std::string("PF 1 1 1.0\n\x3F\0\0\0\x3E\x80\0\0\0\0\0\0", 23)));
    EXPECT_EQ(file.image.rgba, (std::vector<float>{0.5F, 0.25F, 0, 1}));
}

TEST_F(Pixmap, LevelsAreRoundedAndKeptInRange) {
    PictureFile file{Image(1, 1), false, 8};
    file.image.rgba = {1.7F, -3, 0.5F, 1};
    const std::string name = path(".ppm");
    write_pixmap(name, file);
    EXPECT_EQ(contents(name), std::string("P6\n1 1\n255\n\xFF") + '\0' + "\x80");
}

TEST_F(Pixmap, DamagedFilesAreRefused) {
    EXPECT_NE(refusal("P6 2 2 255 short").find("ends too early"), std::string::npos);
    for (const char* bytes : {"",
                              "P",
                              "P6",
                              "P6 1",
                              "P6 1 1",
                              "P5 1 1 255 xxx",
                              "P6 x 1 255 xxx",
                              "P6 0 1 255 xxx",
                              "P6 -1 1 255 xxx",
                              "P6 1 1 0 xxx",
                              "P6 1 1 65536 xxxxxx",
                              "P6 1 1 nan xxx",
                              "P6 99999999999 1 255 xxx",
                              "P6 262145 1 255 xxx",
                              "P6 262144 262144 255 xxx",
                              "PF 1 1 2.0 xxxxxxxxxxxx",
                              "PF 1 1 -0.5 xxxxxxxxxxxx",
                              "PF 1 1 -1.0 xxxx",
                              "# only a comment",
                              "P6 # no end"})
        refusal(bytes);
    EXPECT_THROW(read_pixmap("/nonexistent/picture.ppm"), Error);
}

TEST_F(Pixmap, ChangedBytesNeverDoMoreThanThrowError) {
    std::mt19937 random(4);
    const std::string whole = "P6\n4 3\n255\n" + std::string(36, 'x');
    for (int i = 0; i < 1000; ++i) {
        std::string bytes = whole.substr(0, i % 2 ? whole.size() : random() % whole.size());
        for (int change = 0; change < 2 && !bytes.empty(); ++change)
            bytes[random() % std::min<std::size_t>(bytes.size(), 12)] = char(random());
        try {
            const PictureFile file = read_pixmap(written(".ppm", bytes));
            EXPECT_EQ(file.image.rgba.size(), std::size_t(4) * file.image.width * file.image.height);
        } catch (const Error&) {
        }
        std::remove(paths_.back().c_str());
        paths_.pop_back();
    }
}

TEST_F(Pixmap, AFolderThatIsMissingIsASentence) {
    try {
        write_pixmap("/nonexistent/x.ppm", {Image(1, 1), false, 8});
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.cause(), Cause::output);
    }
}

}  // namespace
}  // namespace neural_style
