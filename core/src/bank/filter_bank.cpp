#include "filter_bank.hpp"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "bank_pyramid.hpp"

namespace neural_style {
namespace {

using bank::colours, bank::derivatives, bank::filter_area, bank::filter_count, bank::filter_edge, bank::margin;
using bank::HalfRows;

constexpr int response_channels = 2 * colours * filter_count;
constexpr int stroke_channels = response_channels + 2 * derivatives * derivatives;
constexpr int frame = filter_edge - 1;  // columns or rows that padding adds
constexpr int forward_rows = 16;        // of a task; even, so that it holds whole windows of 2×2
constexpr int backward_rows = 64;       // of a task; each computes `frame` rows of slopes that its neighbour does too

std::size_t rounded(std::size_t count, std::size_t step) { return (count + step - 1) / step * step; }

std::size_t padded_stride(int width) {
    return rounded(std::size_t(width) + frame, bank::widest_vector) + bank::row_slack;
}
std::size_t slope_stride(int width) { return rounded(std::size_t(width), bank::widest_vector); }

std::vector<float> packed(int count) {
    const std::vector<float> filters = bank::filters();
    std::vector<float> taps;
    for (int tap = 0; tap <= filter_area / 2; ++tap)
        for (int filter = 0; filter < count; ++filter) taps.push_back(filters[filter * filter_area + tap]);
    return taps;
}

void grow(winograd::Buffer& buffer, std::size_t floats) {
    if (buffer.size() >= floats * sizeof(float)) return;
    buffer = winograd::Buffer();  // the old one goes first
    buffer = winograd::Buffer(floats * sizeof(float));
}

// Adds a padded plane's gradient to the plane that it was made from.
void fold(const float* of_padded, std::size_t stride, const std::vector<int>& rows, const std::vector<int>& columns,
          int height, int width, float* of_plane) {
    std::fill_n(of_plane, std::size_t(height) * width, 0.0F);
    for (int y = 0; y < height + frame; ++y) {
        if (rows[y] < 0) continue;
        const float* from = of_padded + y * stride;
        float* to = of_plane + std::size_t(rows[y]) * width;
        for (int x = 0; x < width; ++x) to[x] += from[x + margin];
        for (int i = 0; i < margin; ++i) {
            const int right = width + margin + i;
            if (columns[i] >= 0) to[columns[i]] += from[i];
            if (columns[right] >= 0) to[columns[right]] += from[right];
        }
    }
}

}  // namespace

// The gradient of a layer's outputs by way of their means; null: there is none.
struct FilterBank::Halves {
    std::vector<HalfRows<const float>> planes;  // the first row of each
    int window_rows = 1, window_columns = 1, height = 0, width = 0;
};

FilterBank::FilterBank(std::vector<BankTap> taps, Padding padding, int threads)
    : kernels_(bank::kernels()),
      taps_(std::move(taps)),
      padding_(padding),
      threads_(std::max(1, threads)),
      first_taps_(packed(filter_count)),
      second_taps_(packed(derivatives)),
      first_scales_(bank::response_scales()),
      second_scales_(bank::stroke_scales()) {
    for (const BankTap& tap : taps_) {
        if (levels_.size() <= std::size_t(tap.level)) levels_.resize(tap.level + 1);
        Level& level = levels_[tap.level];
        level.responses_wanted |= tap.kind != BankTap::Kind::colours;
        level.strokes_wanted |= tap.kind == BankTap::Kind::strokes;
    }
}

FilterBank::Layer FilterBank::first_layer(const Level& level) const {
    return {colours, filter_count, level.height, level.width, first_taps_.data(), first_scales_.data()};
}

FilterBank::Layer FilterBank::second_layer(const Level& level) const {
    return {derivatives,        derivatives,         level.halved_height,
            level.halved_width, second_taps_.data(), second_scales_.data()};
}

void FilterBank::resize(int height, int width) {
    std::size_t of_planes = 0, of_padded = 0;
    for (Level& level : levels_) {
        level.height = height;
        level.width = width;
        level.window_rows = std::min(2, height);
        level.window_columns = std::min(2, width);
        level.halved_height = height / level.window_rows;
        level.halved_width = width / level.window_columns;
        grow(level.colours, colours * level.area());
        grow(level.of_colours, colours * level.area());
        if (level.responses_wanted) {
            grow(level.planes, colours * level.area());
            grow(level.responses, response_channels * level.area());
            of_planes = std::max(of_planes, colours * level.area());
            of_padded = std::max(of_padded, colours * (height + frame) * padded_stride(width));
        }
        if (level.strokes_wanted) {
            grow(level.strokes, stroke_channels * level.halved_area());
            grow(of_halved_, 2 * filter_count * level.halved_area());
            of_planes = std::max(of_planes, derivatives * level.halved_area());
            of_padded =
                std::max(of_padded, derivatives * (level.halved_height + frame) * padded_stride(level.halved_width));
        }
        height = level.halved_height;
        width = level.halved_width;
    }
    grow(of_planes_, of_planes);
    grow(of_padded_, of_padded);
    const int widest = levels_.front().width;
    const std::size_t forward = (forward_rows + frame) * padded_stride(widest);
    const std::size_t backward =
        filter_count * slope_stride(widest) + 2 * slope_stride(widest) + bank::row_slack + bank::tap_scratch;
    scratch_floats_ = rounded(std::max(forward, backward), bank::widest_vector);
    grow(scratch_, scratch_floats_ * threads_);
}

void FilterBank::release() {
    for (Level& level : levels_) {
        for (Buffer* buffer : {&level.colours, &level.planes, &level.responses, &level.strokes, &level.of_colours})
            *buffer = Buffer();
        level.height = 0;
    }
    for (Buffer* buffer : {&scratch_, &of_padded_, &of_planes_, &of_halved_}) *buffer = Buffer();
}

std::size_t FilterBank::work_bytes_for(int height, int width) const {
    std::size_t floats = 0, of_planes = 0, of_halved = 0;
    for (const Level& level : levels_) {
        const std::size_t area = std::size_t(height) * width;
        height = std::max(1, height / 2);
        width = std::max(1, width / 2);
        const std::size_t halved = std::size_t(height) * width;
        floats += 2 * colours * area;
        if (level.responses_wanted) floats += (colours + response_channels) * area;
        if (level.strokes_wanted) floats += stroke_channels * halved;
        if (level.responses_wanted) of_planes = std::max(of_planes, colours * area);
        if (level.strokes_wanted) {
            of_planes = std::max(of_planes, derivatives * halved);
            of_halved = std::max(of_halved, 2 * filter_count * halved);
        }
    }
    return (floats + 2 * of_planes + of_halved) * sizeof(float);  // of_planes, and about as much padded
}

void FilterBank::respond(const Layer& layer, const float* planes, float* out, float* halved, const Level& level) {
    const int height = layer.height, width = layer.width, count = layer.filters;
    const std::size_t area = std::size_t(height) * width, stride = padded_stride(width);
    const Padding padding = padding_for(padding_, margin, height, width);
    const std::vector<int> rows = padded_places(padding, margin, height),
                           columns = padded_places(padding, margin, width);
    const int bands = (height + forward_rows - 1) / forward_rows;
#pragma omp parallel for num_threads(threads_) schedule(dynamic, 1)
    for (int task = 0; task < layer.planes * bands; ++task) {
        const int plane = task / bands, begin = task % bands * forward_rows;
        const int end = std::min(height, begin + forward_rows);
        const float* source = planes + plane * area;
        float* const window = scratch(omp_get_thread_num());
        for (int y = begin; y < end + frame; ++y) {
            float* row = window + (y - begin) * stride;
            if (rows[y] < 0) {
                std::fill_n(row, width + frame, 0.0F);
                continue;
            }
            const float* from = source + std::size_t(rows[y]) * width;
            std::memcpy(row + margin, from, sizeof(float) * width);
            for (int i = 0; i < margin; ++i)
                for (int x : {i, width + margin + i}) row[x] = columns[x] < 0 ? 0 : from[columns[x]];
        }
        float* const positive = out + plane * count * area;
        float* const negative = positive + layer.planes * count * area;
        for (int y = begin; y < end; ++y) {
            const std::size_t offset = std::size_t(y) * width;
            kernels_.respond(window + (y - begin) * stride, stride, layer.taps, layer.scales + plane * count, count,
                             width, {positive + offset, negative + offset, std::ptrdiff_t(area)});
            if (!halved || (y + 1) % level.window_rows != 0) continue;
            const std::size_t upper = std::size_t(y + 1 - level.window_rows) * width;
            const std::size_t to = std::size_t(y / level.window_rows) * level.halved_width;
            for (int half = 0; half < 2; ++half)
                for (int filter = 0; filter < count; ++filter) {
                    const std::size_t channel = (half * layer.planes + plane) * count + filter;
                    kernels_.halve(out + channel * area + upper, width, level.window_rows, level.window_columns,
                                   level.halved_width, halved + channel * level.halved_area() + to);
                }
        }
    }
}

void FilterBank::respond_back(const Layer& layer, const float* out, const float* of_out, const Halves& halves,
                              float* of_planes) {
    const int height = layer.height, width = layer.width, count = layer.filters;
    const std::size_t area = std::size_t(height) * width, stride = padded_stride(width),
                      slopes_stride = slope_stride(width);
    const Padding padding = padding_for(padding_, margin, height, width);
    const std::vector<int> rows = padded_places(padding, margin, height),
                           columns = padded_places(padding, margin, width);
    const int padded_height = height + frame;
    const std::size_t padded_area = padded_height * stride;
    const int bands = (padded_height + backward_rows - 1) / backward_rows;
    const float share = 1.0F / float(halves.window_rows * halves.window_columns);
    const auto row_of = [&](const float* map, int plane, std::size_t offset) -> HalfRows<const float> {
        if (!map) return {};
        const float* positive = map + plane * count * area + offset;
        return {positive, positive + layer.planes * count * area, std::ptrdiff_t(area)};
    };
#pragma omp parallel for num_threads(threads_) schedule(dynamic, 1)
    for (int task = 0; task < layer.planes * bands; ++task) {
        const int plane = task / bands, begin = task % bands * backward_rows;
        const int end = std::min(padded_height, begin + backward_rows);
        float* const slopes = scratch(omp_get_thread_num());
        float* const spread = slopes + count * slopes_stride;
        float* const tap_rows = spread + 2 * slopes_stride + bank::row_slack;
        float* const target = of_padded_.floats() + plane * padded_area;
        std::fill(target + begin * stride, target + end * stride, 0.0F);
        for (int y = std::max(0, begin - frame); y < std::min(end, height); ++y) {
            const std::size_t offset = std::size_t(y) * width;
            HalfRows<const float> of_halved;
            if (!halves.planes.empty() && y / halves.window_rows < halves.height) {
                const std::size_t halved_offset = std::size_t(y / halves.window_rows) * halves.width;
                of_halved = halves.planes[plane];
                of_halved.positive += halved_offset;
                of_halved.negative += halved_offset;
            }
            kernels_.rectify_slopes(row_of(out, plane, offset), row_of(of_out, plane, offset), of_halved, share,
                                    halves.window_columns, halves.width, layer.scales + plane * count, count, width,
                                    slopes, slopes_stride, spread);
            kernels_.add_back(slopes, slopes_stride, layer.taps, count, width, std::max(0, begin - y),
                              std::min(filter_edge, end - y), target + y * stride, stride, tap_rows);
        }
    }
#pragma omp parallel for num_threads(threads_) schedule(dynamic, 1)
    for (int plane = 0; plane < layer.planes; ++plane)
        fold(of_padded_.floats() + plane * padded_area, stride, rows, columns, height, width, of_planes + plane * area);
}

void FilterBank::forward(const float* picture, int height, int width) {
    if (height < 1 || width < 1) throw std::invalid_argument("the filter bank was given an empty picture");
    resize(height, width);
    bank::normalise(picture, levels_[0].area(), levels_[0].colours.floats(), threads_);
    for (std::size_t i = 0; i < levels_.size(); ++i) {
        Level& level = levels_[i];
        if (i > 0)
            bank::reduce(levels_[i - 1].colours.floats(), levels_[i - 1].height, levels_[i - 1].width, padding_,
                         level.colours.floats(), threads_);
        if (!level.responses_wanted) continue;
        bank::mix(level.colours.floats(), level.area(), level.planes.floats(), threads_);
        float* const halved = level.strokes_wanted ? level.strokes.floats() : nullptr;
        respond(first_layer(level), level.planes.floats(), level.responses.floats(), halved, level);
        if (!level.strokes_wanted) continue;
        // How strongly light is structured: |response| is the sum of its halves. Kept where backward keeps slopes.
        float* const strengths = of_planes_.floats();
        const std::size_t count = derivatives * level.halved_area();
        const float* const negative = halved + response_channels / 2 * level.halved_area();
#pragma omp parallel for num_threads(threads_) schedule(static)
        for (std::size_t j = 0; j < count; ++j) strengths[j] = halved[j] + negative[j];
        respond(second_layer(level), strengths, halved + response_channels * level.halved_area(), nullptr, level);
    }
}

BankMap FilterBank::map(std::size_t index) const {
    const Level& level = levels_[taps_[index].level];
    switch (taps_[index].kind) {
        case BankTap::Kind::colours:
            return {level.colours.floats(), colours, level.height, level.width};
        case BankTap::Kind::responses:
            return {level.responses.floats(), response_channels, level.height, level.width};
        case BankTap::Kind::strokes:
            break;
    }
    return {level.strokes.floats(), stroke_channels, level.halved_height, level.halved_width};
}

const float* FilterBank::slope_of(int level, BankTap::Kind kind, const Slopes& of_maps) const {
    for (std::size_t i = 0; i < taps_.size(); ++i)
        if (taps_[i].level == level && taps_[i].kind == kind) return of_maps(i);
    return nullptr;
}

void FilterBank::backward(const Slopes& of_maps, float* of_picture) {
    if (levels_.front().height == 0) throw std::logic_error("the filter bank's backward is called before its forward");
    for (int i = int(levels_.size()) - 1; i >= 0; --i) {
        Level& level = levels_[i];
        float* const of_colours = level.of_colours.floats();
        if (const float* slope = slope_of(i, BankTap::Kind::colours, of_maps))
            std::memcpy(of_colours, slope, sizeof(float) * colours * level.area());
        else
            std::fill_n(of_colours, colours * level.area(), 0.0F);
        if (i + 1 < int(levels_.size()))
            bank::reduce_back(levels_[i + 1].of_colours.floats(), level.height, level.width, padding_, of_colours,
                              threads_);
        const float* const of_responses = slope_of(i, BankTap::Kind::responses, of_maps);
        const float* const of_strokes = slope_of(i, BankTap::Kind::strokes, of_maps);
        if (!of_responses && !of_strokes) continue;
        Halves halves;
        if (of_strokes) {
            const std::size_t area = level.halved_area(), side = response_channels / 2 * area;
            respond_back(second_layer(level), level.strokes.floats() + response_channels * area,
                         of_strokes + response_channels * area, {}, of_planes_.floats());
            // Light's means are also what the second layer looks at.
            float* const of_light = of_halved_.floats();
            const float* const of_strengths = of_planes_.floats();
            const std::size_t strong = derivatives * area, all = filter_count * area;
#pragma omp parallel for num_threads(threads_) schedule(static)
            for (std::size_t j = 0; j < all; ++j) {
                const float more = j < strong ? of_strengths[j] : 0;
                of_light[j] = of_strokes[j] + more;
                of_light[all + j] = of_strokes[side + j] + more;
            }
            halves.planes.push_back({of_light, of_light + all, std::ptrdiff_t(area)});
            for (int plane = 1; plane < colours; ++plane)
                halves.planes.push_back(
                    {of_strokes + plane * all, of_strokes + side + plane * all, std::ptrdiff_t(area)});
            halves.window_rows = level.window_rows;
            halves.window_columns = level.window_columns;
            halves.height = level.halved_height;
            halves.width = level.halved_width;
        }
        respond_back(first_layer(level), level.responses.floats(), of_responses, halves, of_planes_.floats());
        bank::mix_back(of_planes_.floats(), level.area(), of_colours, threads_);
    }
    bank::normalise_back(levels_[0].of_colours.floats(), levels_[0].area(), of_picture, threads_);
}

}  // namespace neural_style
