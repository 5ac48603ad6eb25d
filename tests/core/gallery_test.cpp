#include "neural-style/gallery.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "neural-style/error.hpp"

namespace fs = std::filesystem;

namespace neural_style {
namespace {

class Gallery : public ::testing::Test {
protected:
    void SetUp() override { fs::create_directories(folder_); }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

    const fs::path folder_ = fs::path(::testing::TempDir()) / "gallery-test";
};

TEST_F(Gallery, ListsWhatTheCatalogueNamesInItsOrder) {
    write(
        "gallery.ini",
        "# a remark = nothing\n\n[oak]\ntitle=An Oak = a Tree\nauthor=A. Painter\nlicence=CC0-1.0\nseed=3\n\n[ash]\n");
    write("oak.jpg", "x");
    write("ash.jpg", "x");
    const auto pictures = gallery_in(folder_.string());
    ASSERT_EQ(pictures.size(), 2u);
    EXPECT_EQ(pictures[0].name, "oak");
    EXPECT_EQ(pictures[0].title, "An Oak = a Tree");
    EXPECT_EQ(pictures[0].author, "A. Painter");
    EXPECT_EQ(pictures[0].licence, "CC0-1.0");
    EXPECT_EQ(pictures[0].file, (folder_ / "oak.jpg").string());
    EXPECT_EQ(pictures[1].name, "ash");
    EXPECT_EQ(pictures[1].title, "ash");
}

TEST_F(Gallery, LeavesOutWhatHasNoFile) {
    write("gallery.ini", "[oak]\ntitle=Oak\n[ash]\ntitle=Ash\n");
    write("ash.jpg", "x");
    const auto pictures = gallery_in(folder_.string());
    ASSERT_EQ(pictures.size(), 1u);
    EXPECT_EQ(pictures[0].title, "Ash");
}

TEST_F(Gallery, IsEmptyWithoutACatalogue) {
    EXPECT_TRUE(gallery_in(folder_.string()).empty());
    EXPECT_TRUE(gallery_in((folder_ / "nowhere").string()).empty());
}

TEST_F(Gallery, ANameThatIsNotThereIsRefusedWithASentence) {
    for (const char* name : {"no-such-picture", "", "../networks/builtin"}) {
        try {
            gallery_file(name);
            ADD_FAILURE() << name;
        } catch (const Error& error) {
            EXPECT_EQ(error.cause(), Cause::settings);
            EXPECT_EQ(std::string(error.what()).back(), '.');
        }
    }
}

}  // namespace
}  // namespace neural_style
