// No folder of a person's computer in what is saved with an image, and the files found again nevertheless.
#include "recorded_places.hpp"

#include <glib.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace neural_style;
namespace fs = std::filesystem;

namespace {

class RecordedPlaces : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "private-XXXXXX";
        folder = ::mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(folder); }

    std::string put(const std::string& name) {
        const fs::path file = fs::path(folder) / name;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << "a file";
        return file.string();
    }

    static RunRecord record(const std::string& style, const std::string& image, const std::string& weights) {
        RunRecord record;
        record.content.name = "photo";
        record.content.beside = true;
        record.content.tattoo = 3;
        record.content.file = image;
        record.styles.resize(2);
        record.styles[0].layer.name = "waves.png";
        record.styles[0].layer.file = style;
        record.styles[1].layer.tattoo = 4;
        record.styles[1].layer.file = image;
        record.settings.set("weights", std::string_view(weights));
        record.settings.set("init", std::string_view(style));
        return record;
    }

    // As a layer keeps it, and as it is read again, with the image in `image_file`.
    RunRecord kept(RunRecord record, const std::string& saved_as, const std::string& image_file,
                   const PlaceBook& later) {
        hide_folders(record, saved_as, book());
        text = to_text(record);
        EXPECT_EQ(text.find("private-"), std::string::npos) << text;
        RunRecord again = run_record(text).value();
        find_folders(again, image_file, later);
        return again;
    }
    PlaceBook book() const { return PlaceBook(folder + "/settings/places.ini"); }
    PlaceBook elsewhere() const { return PlaceBook(folder + "/other/places.ini"); }

    std::string folder, text;
};

TEST_F(RecordedPlaces, are_found_where_they_were_on_the_same_computer) {
    const std::string style = put("far/client/waves.png"), weights = put("nets/vgg.pth"), other = put("far/other.xcf");
    for (const std::string& saved_as : {std::string(), folder + "/trip/holiday.xcf"}) {
        const RunRecord again = kept(record(style, other, weights), saved_as, folder + "/trip/holiday.xcf", book());
        EXPECT_EQ(again.styles[0].layer.file, style);
        EXPECT_EQ(again.styles[1].layer.file, other);
        EXPECT_EQ(again.settings.text("weights"), weights);
        EXPECT_EQ(again.settings.text("init"), style);
        EXPECT_EQ(again.content.file, "");
        EXPECT_EQ(text.find("client"), std::string::npos) << text;
        EXPECT_EQ(text.find("nets"), std::string::npos) << text;
    }
}

TEST_F(RecordedPlaces, are_found_beside_the_image_after_a_move_and_on_another_computer) {
    const std::string style = put("trip/styles/waves.png"), other = put("trip/other.xcf"),
                      weights = put("trip/vgg.pth");
    RunRecord made = record(style, other, weights);
    fs::rename(folder + "/trip", folder + "/moved");
    fs::create_directory(folder + "/trip");
    for (const PlaceBook& later : {book(), elsewhere()}) {
        const RunRecord again = kept(made, folder + "/trip/holiday.xcf", folder + "/moved/holiday.xcf", later);
        EXPECT_EQ(again.styles[0].layer.file, folder + "/moved/styles/waves.png");
        EXPECT_EQ(again.styles[1].layer.file, folder + "/moved/other.xcf");
        EXPECT_EQ(again.settings.text("weights"), folder + "/moved/vgg.pth");
    }
}

TEST_F(RecordedPlaces, have_their_names_where_they_are_found_nowhere) {
    const RunRecord again =
        kept(record("/gone/client/waves.png", "/gone/other.xcf", "/gone/vgg.pth"), "", "", elsewhere());
    EXPECT_EQ(again.styles[0].layer.file, "waves.png");
    EXPECT_EQ(again.settings.text("weights"), "vgg.pth");
    EXPECT_EQ(text.find("client"), std::string::npos) << text;
}

TEST_F(RecordedPlaces, of_earlier_versions_are_found_too) {
    const std::string style = put("trip/waves.png");
    RunRecord old = record(style, "", "");
    find_folders(old, "", book());
    EXPECT_EQ(old.styles[0].layer.file, style);
    old.styles[0].layer.file = "/gone/waves.png";
    find_folders(old, folder + "/trip/holiday.xcf", book());
    EXPECT_EQ(old.styles[0].layer.file, style);
}

TEST_F(RecordedPlaces, leave_other_settings_alone) {
    RunRecord made = record("", "", "");
    made.settings.set("network", std::string_view("vgg19"));
    made.settings.reset("init");
    const RunRecord again = kept(made, "", "", book());
    EXPECT_EQ(again.settings.text("network"), "vgg19");
    EXPECT_EQ(again.settings.text("init"), "content");
    EXPECT_TRUE(again.places.empty());
}

TEST_F(RecordedPlaces, are_not_kept_without_end) {
    const std::string first = book().token("/a/0");
    EXPECT_EQ(book().token("/a/0"), first);
    for (int i = 1; i <= 210; ++i) book().token("/a/" + std::to_string(i));
    EXPECT_EQ(book().place(first), "");
    EXPECT_EQ(book().place(book().token("/a/210")), "/a/210");
    EXPECT_LT(fs::file_size(folder + "/settings/places.ini"), 100000u);
}

}  // namespace
