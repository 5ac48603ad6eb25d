#include "look.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace neural_style {
namespace {

constexpr std::size_t pixels_at_once = std::size_t(1) << 20;
constexpr int tolerance = 3;                // of 255: other precisions and profiles round differently
constexpr int areas = 10;                   // each way, in which pixels are chosen to be compared,
constexpr int candidates = 12;              // each way in an area, of which
constexpr int chosen = 3;                   // are
constexpr double mismatches_allowed = 0.1;  // where somebody painted meanwhile
constexpr int cells = 24;                   // of the coarse view, each way
constexpr double alike = 0.97;              // correlation of two coarse views

struct Point {
    int x, y;
};

Look flipped(const Look& look) {
    Look result{look.width, look.height, look.brightness};
    for (int y = 0; y < look.height; ++y) {
        const auto row = result.brightness.begin() + std::ptrdiff_t(y) * look.width;
        std::reverse(row, row + look.width);
    }
    return result;
}

// Clockwise, by a quarter.
Look turned(const Look& look) {
    Look result{look.height, look.width, std::vector<std::uint8_t>(look.brightness.size())};
    std::size_t at = 0;
    for (int y = 0; y < result.height; ++y)
        for (int x = 0; x < result.width; ++x) result.brightness[at++] = look.at(y, look.height - 1 - x);
    return result;
}

struct Sample {
    int x, y;
    int weight;  // what it tells: how much the picture changes there. Most of a drawing is paper.
};

struct Samples {
    std::vector<Sample> list;  // those first that tell most
    double weight = 0;         // of all
};

int contrast(const Look& look, int x, int y) {
    int sum = 0;
    for (const auto& [dx, dy] : {std::pair(3, 0), std::pair(-3, 0), std::pair(0, 3), std::pair(0, -3)})
        sum += std::abs(int(look.at(x, y)) -
                        int(look.at(std::clamp(x + dx, 0, look.width - 1), std::clamp(y + dy, 0, look.height - 1))));
    return sum;
}

bool tells_more(const Sample& a, const Sample& b) { return a.weight > b.weight; }

Samples samples_of(const Look& look) {
    Samples samples;
    std::vector<Sample> here;
    const auto place = [](int area, int candidate, int length) {
        return int(std::int64_t(area * candidates + candidate) * length / (areas * candidates));
    };
    for (int area = 0; area < areas * areas; ++area) {
        here.clear();
        for (int i = 0; i < candidates * candidates; ++i) {
            const int x = place(area % areas, i % candidates, look.width);
            const int y = place(area / areas, i / candidates, look.height);
            here.push_back({x, y, 1 + contrast(look, x, y)});
        }
        std::partial_sort(here.begin(), here.begin() + chosen, here.end(), tells_more);
        samples.list.insert(samples.list.end(), here.begin(), here.begin() + chosen);
    }
    std::stable_sort(samples.list.begin(), samples.list.end(), tells_more);
    for (const Sample& sample : samples.list) samples.weight += sample.weight;
    return samples;
}

// How far `inner`, with its corner at (x, y) of `outer`, is from what is there where they overlap; infinite where too
// much is different. Samples of `inner`.
double distance(const Look& inner, const Look& outer, int x, int y, const Samples& samples) {
    double compared = 0, different = 0, sum = 0;
    for (const Sample& sample : samples.list) {
        const int outer_x = sample.x + x, outer_y = sample.y + y;
        if (outer_x < 0 || outer_y < 0 || outer_x >= outer.width || outer_y >= outer.height) continue;
        const int difference = std::abs(int(inner.at(sample.x, sample.y)) - int(outer.at(outer_x, outer_y)));
        compared += sample.weight;
        sum += double(difference) * sample.weight;
        if (difference > tolerance && (different += sample.weight) > mismatches_allowed * samples.weight)
            return std::numeric_limits<double>::infinity();
    }
    const bool enough = compared >= samples.weight / 4 && different <= mismatches_allowed * compared;
    return enough ? sum / compared : std::numeric_limits<double>::infinity();
}

// Where in `outer` the smaller picture lies; the middle one of places that are equally good.
std::optional<Point> find_inside(const Look& inner, const Look& outer) {
    const int last_x = outer.width - inner.width, last_y = outer.height - inner.height;
    if (last_x < 0 || last_y < 0) return std::nullopt;
    const Samples samples = samples_of(inner);
    std::optional<Point> best;
    double least = std::numeric_limits<double>::infinity(), nearest = 0;
    for (int y = 0; y <= last_y; ++y)
        for (int x = 0; x <= last_x; ++x) {
            const double away = distance(inner, outer, x, y, samples);
            if (away > least || std::isinf(away)) continue;
            const double from_middle = std::hypot(x - last_x / 2., y - last_y / 2.);
            if (away == least && from_middle >= nearest) continue;
            least = away;
            nearest = from_middle;
            best = {x, y};
        }
    return best;
}

using View = std::array<double, cells * cells>;

// How a length of pixels falls onto cells: each pixel belongs to the two cells whose middles it lies between.
struct Share {
    std::size_t cell;
    double here, next;
};

std::vector<Share> shares(int length) {
    std::vector<Share> result;
    for (int i = 0; i < length; ++i) {
        const double at = std::clamp((i + 0.5) * cells / length - 0.5, 0., double(cells - 1));
        const auto cell = std::min(std::size_t(at), std::size_t(cells - 2));
        result.push_back({cell, 1 - (at - double(cell)), at - double(cell)});
    }
    return result;
}

// Means of cells, less the mean of all, of length 1; zeros for a flat picture.
View coarse_view(const Look& look) {
    View view{}, weights{};
    const auto across = shares(look.width), down = shares(look.height);
    for (int y = 0; y < look.height; ++y) {
        const Share& row = down[std::size_t(y)];
        for (int x = 0; x < look.width; ++x) {
            const Share& column = across[std::size_t(x)];
            for (const auto& [cell, weight] :
                 {std::pair(row.cell * cells, row.here), {(row.cell + 1) * cells, row.next}}) {
                view[cell + column.cell] += weight * column.here * look.at(x, y);
                weights[cell + column.cell] += weight * column.here;
                view[cell + column.cell + 1] += weight * column.next * look.at(x, y);
                weights[cell + column.cell + 1] += weight * column.next;
            }
        }
    }
    double mean = 0, length = 0;
    for (std::size_t i = 0; i < view.size(); ++i) {
        if (weights[i] > 0) view[i] /= weights[i];
        mean += view[i] / double(view.size());
    }
    for (double& value : view) {
        value -= mean;
        length += value * value;
    }
    length = std::sqrt(length);
    for (double& value : view) value = length < cells ? 0 : value / length;  // one level of 255 is no picture
    return view;
}

double correlation(const View& a, const View& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

bool is_flat(const View& view) { return correlation(view, view) == 0; }

struct Turned {
    Fit fit;
    Look look;
};

// As it was first, then what is done most: half a turn and flips, then quarters.
std::vector<Turned> all_turned(const Look& look) {
    std::vector<Turned> result = {{{}, look}};
    for (const bool flip : {false, true}) {
        Look one = flip ? flipped(look) : look;
        if (flip) result.push_back({{true, 0, false, 0, 0}, one});
        for (int turns = 1; turns < 4; ++turns) {
            one = turned(one);
            result.push_back({{flip, turns, false, 0, 0}, one});
        }
    }
    return result;
}

std::optional<Fit> laid(Fit fit, Point place) {
    fit.x = place.x;
    fit.y = place.y;
    return fit;
}

bool is_as_large(const Look& a, const Look& b) { return a.width == b.width && a.height == b.height; }

double whole_distance(const Look& a, const Look& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.brightness.size(); ++i) sum += std::abs(int(a.brightness[i]) - int(b.brightness[i]));
    return sum;
}

// Of the later one's size. What kept its own was painted over perhaps, and stays as it is unless a flip or half a turn
// explains most of what is different.
std::optional<Fit> find_turned(const std::vector<Turned>& all, const Look& now) {
    const bool same_size = is_as_large(all.front().look, now);
    double least = same_size ? whole_distance(all.front().look, now) / 2 : tolerance * double(now.brightness.size());
    std::optional<Fit> best;
    for (const Turned& one : all) {
        if (!is_as_large(one.look, now)) continue;
        const double away = whole_distance(one.look, now);
        if (away >= least) continue;
        least = away;
        best = one.fit;
    }
    return best;
}

std::optional<Fit> find_cut(const std::vector<Turned>& all, const Look& now, Point moved) {
    if (!std::isinf(distance(now, all.front().look, moved.x, moved.y, samples_of(now))))
        return laid(all.front().fit, moved);
    for (const Turned& one : all) {
        if (const auto place = find_inside(now, one.look)) return laid(one.fit, *place);
        if (const auto place = find_inside(one.look, now)) return laid(one.fit, {-place->x, -place->y});
    }
    return std::nullopt;
}

// Seen from afar: also what was scaled, and what was made brighter and turned.
std::optional<Fit> find_alike(const std::vector<Turned>& all, const Look& now) {
    const View view = coarse_view(now);
    std::optional<Fit> best;
    double most = -1;
    for (const Turned& one : all) {
        const View own = coarse_view(one.look);
        const double like = is_flat(own) && is_flat(view) ? 1 : correlation(own, view);
        if (like < alike || like < most + 1e-3) continue;
        most = like;
        best = one.fit;
        best->scaled = !is_as_large(one.look, now);
    }
    return best;
}

}  // namespace

bool Look::take_some(const Image& picture) {
    width = picture.width;
    height = picture.height;
    const std::size_t all = picture.rgba.size() / 4;
    brightness.reserve(all);
    for (const std::size_t end = std::min(all, brightness.size() + pixels_at_once); brightness.size() < end;) {
        const float* pixel = picture.rgba.data() + 4 * brightness.size();
        const float value = (0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2]) * pixel[3];
        brightness.push_back(value > 0 ? std::uint8_t(std::lround(std::min(value, 1.F) * 255)) : std::uint8_t(0));
    }
    return brightness.size() < all;
}

std::optional<Fit> find_fit(const Look& then, const Look& now, int moved_x, int moved_y) {
    const bool same_size = is_as_large(then, now);
    if (same_size && whole_distance(then, now) <= tolerance * double(now.brightness.size()) / 100) return Fit();
    const std::vector<Turned> all = all_turned(then);
    if (const auto fit = find_turned(all, now)) return fit;
    if (!same_size)
        if (const auto fit = find_cut(all, now, {moved_x, moved_y})) return fit;
    const auto fit = find_alike(all, now);
    return fit || !same_size ? fit : Fit();
}

}  // namespace neural_style
