#include "variations.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "label.hpp"
#include "painter.hpp"
#include "pictures/tensor_image.hpp"
#include "progress_display.hpp"
#include "result_places.hpp"

namespace neural_style {
namespace {

constexpr int exit_done = 0, exit_stopped = 130;
constexpr int usual_edge = 256, usual_iterations = 100;
constexpr int gap = 12, letters = 14;  // pixels

// `centre` times factors that go evenly from 1 / reach to reach, rounded to what a person would write.
std::vector<double> values_around(double centre, double reach, int count, const Setting& setting) {
    std::vector<double> values;
    for (int i = 0; i < count; ++i) {
        const double at = count == 1 ? 0 : 2.0 * i / (count - 1) - 1;
        const double value = std::clamp(centre * std::pow(reach, at), setting.low, setting.high);
        const double unit = value > 0 ? std::pow(10, std::floor(std::log10(value)) - 1) : 1;
        values.push_back(std::clamp(std::round(value / unit) * unit, setting.low, setting.high));
    }
    return values;
}

std::string words(const char* key, double value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general, 6);
    return std::string(key) + " " + std::string(digits, end.ptr);
}

PictureFile small(PictureFile picture, int edge) {
    const double factor = double(edge) / std::max(picture.image.width, picture.image.height);
    if (factor >= 1) return picture;
    const auto scaled = [&](int length) { return std::max(2, int(std::lround(length * factor))); };
    const int width = scaled(picture.image.width), height = scaled(picture.image.height);
    const at::Tensor alpha = alpha_of(picture.image);
    picture.image = to_image(resized(colours_of(picture.image, alpha), width, height), resized(alpha, width, height));
    return picture;
}

// Lays `picture` over the sheet; what lies outside is cut.
void lay(Image& sheet, const Image& picture, int left, int top) {
    for (int y = std::max(0, -top); y < std::min(picture.height, sheet.height - top); ++y)
        for (int x = std::max(0, -left); x < std::min(picture.width, sheet.width - left); ++x) {
            const float* from = picture.pixel(x, y);
            float* to = sheet.pixel(left + x, top + y);
            for (int channel = 0; channel < 3; ++channel) to[channel] += (from[channel] - to[channel]) * from[3];
        }
}

class Sheet {
public:
    Sheet(const std::vector<std::string>& columns, const std::vector<std::string>& rows, int width, int height)
        : width_(width), height_(height) {
        std::vector<Image> above, beside;
        for (const std::string& text : columns) above.push_back(drawn_label(text, letters));
        for (const std::string& text : rows) beside.push_back(drawn_label(text, letters));
        for (const Image& label : above) top_ = std::max(top_, label.height + 2 * gap);
        for (const Image& label : beside) left_ = std::max(left_, label.width + 2 * gap);
        int column_width = width;  // a label may be wider than its picture
        for (const Image& label : above) column_width = std::max(column_width, label.width);
        step_ = column_width + gap;
        picture_ = Image(left_ + int(columns.size()) * step_, top_ + int(rows.size()) * (height + gap));
        std::fill(picture_.rgba.begin(), picture_.rgba.end(), 1.F);
        for (std::size_t i = 0; i < above.size(); ++i)
            lay(picture_, above[i], x(int(i)) + (width - above[i].width) / 2, (top_ - above[i].height) / 2);
        for (std::size_t i = 0; i < beside.size(); ++i)
            lay(picture_, beside[i], gap, y(int(i)) + (height - beside[i].height) / 2);
    }

    void put(const Image& picture, int column, int row) { lay(picture_, picture, x(column), y(row)); }
    const Image& picture() const { return picture_; }

private:
    int x(int column) const { return left_ + column * step_ + (step_ - gap - width_) / 2; }
    int y(int row) const { return top_ + row * (height_ + gap); }

    int width_, height_, step_ = 0;
    int left_ = gap, top_ = gap;  // without labels: the margin
    Image picture_;
};

}  // namespace

int paint_variations(const Arguments& arguments) {
    check_output(arguments.output);
    ResultPlaces(arguments).check(arguments.output);
    const std::string& name = arguments.contents.front();
    Painter painter(arguments);
    Settings& settings = painter.settings();
    const int asked = int(settings.integer("size"));
    const int edge = asked > 0 ? asked : usual_edge;
    const PictureFile content = small(read_picture(name), edge);
    if (!settings.is_set("iterations")) settings.set("iterations", double(usual_iterations));
    settings.set("preview-every", 0.);

    const auto weights =
        values_around(settings.real("style-weight"), 10, arguments.columns, *find_setting("style-weight"));
    const auto scales = values_around(settings.real("style-scale"), 2, arguments.rows, *find_setting("style-scale"));
    std::vector<std::string> above, beside;
    for (const double weight : weights) above.push_back(words("style-weight", weight));
    for (const double scale : scales) beside.push_back(words("style-scale", scale));
    Sheet sheet(above, beside, content.image.width, content.image.height);

    ProgressDisplay display(arguments.progress, {});
    std::string text;
    for (int row = 0; row < arguments.rows; ++row)
        for (int column = 0; column < arguments.columns && !Painter::stop_asked(); ++column) {
            settings.set("style-weight", weights[std::size_t(column)]);
            settings.set("style-scale", scales[std::size_t(row)]);
            if (arguments.progress != Arguments::Progress::none)
                std::fprintf(stderr, "Picture %d of %d: %s, %s\n", row * arguments.columns + column + 1,
                             arguments.rows * arguments.columns, above[std::size_t(column)].c_str(),
                             beside[std::size_t(row)].c_str());
            const Painter::Painted painted = painter.paint(content, name, display);
            display.finish();
            sheet.put(painted.file.image, column, row);
            if (text.empty()) text = painted.file.text;
        }
    write_picture(arguments.output, {sheet.picture(), false, 8, text});
    return Painter::stop_asked() ? exit_stopped : exit_done;
}

}  // namespace neural_style
