#include "winograd_conv.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif
#include <omp.h>
#include <unistd.h>

namespace neural_style::winograd {

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

// the pixel outside of a map
alignas(64) const float zeros[most_channels] = {};

std::size_t second_level_cache_bytes() {
#if defined(_SC_LEVEL2_CACHE_SIZE)
    const long size = sysconf(_SC_LEVEL2_CACHE_SIZE);
    if (size > 0) return static_cast<std::size_t>(size);
#endif
    return std::size_t{512} << 10;
}

int rounded_up(int value, int step) { return (value + step - 1) / step * step; }

// How the tiles of a map are cut into batches. Either every thread takes batches of its own through all three phases,
// with the transformed tiles in its second-level cache, or (where the weights outweigh the tiles, or there are few
// tiles) all threads share a batch and split each phase.
struct Batches {
    int tiles_across, tiles, count;
    bool shared;
    int largest;                       // tiles of a batch
    std::size_t v_row, m_row;          // floats from tile to tile
    std::size_t v_product, m_product;  // floats from product to product
    std::size_t v_floats() const { return v_product * products; }
    std::size_t floats() const { return (v_product + m_product) * products; }

    Batches(const Kernels& kernels, int depth, int produced, int height, int width, int threads) {
        tiles_across = (width + tile_edge - 1) / tile_edge;
        tiles = tiles_across * ((height + tile_edge - 1) / tile_edge);
        // an odd number of cache lines, so that the rows of a product do not all fall into the same cache sets
        v_row = padded_channels(depth) + channel_block;
        m_row = rounded_up(produced, kernels.panel_channels) + channel_block;
        static const std::size_t cache = second_level_cache_bytes();
        const std::size_t tile_bytes = products * (v_row + m_row) * sizeof(float);
        const int fitting = static_cast<int>(cache / 2 / tile_bytes);
        shared = depth * produced > 128 * 128 || tiles < 2 * threads * kernels.block_rows;
        const int wanted =
            shared ? std::max(kernels.block_rows, 256 / kernels.block_rows * kernels.block_rows)
                   : std::clamp(fitting / kernels.block_rows * kernels.block_rows, 2 * kernels.block_rows, 96);
        count = (tiles + wanted - 1) / wanted;
        largest = (tiles + count - 1) / count;
        // one cache line more than a power of two between products
        v_product = v_row * largest + channel_block;
        m_product = m_row * largest + channel_block;
    }
    int begin(int batch) const { return static_cast<int>(static_cast<long long>(tiles) * batch / count); }
};

// what a tile is read from: 36 addresses, or the first address when the patch lies inside the map
class Patches {
public:
    Patches(const Kernels& kernels, const Source& source) : kernels_(kernels), source_(source) {}

    void transform(int tile_y, int tile_x, float* v, std::size_t product_stride) const {
        const int y = tile_y * tile_edge - 1, x = tile_x * tile_edge - 1;
        const bool inside = y >= 0 && x >= 0 && y + patch_edge <= source_.height && x + patch_edge <= source_.width;
        if (inside && !source_.unpool_mask) {
            const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(source_.width) * source_.channels;
            kernels_.transform_inner(source_.data + y * row + static_cast<std::ptrdiff_t>(x) * source_.channels, row,
                                     source_.channels, source_.relu, v, product_stride);
            return;
        }
        const float* pixels[products];
        const std::uint8_t* masks[products];
        for (int i = 0; i < patch_edge; ++i) {
            const int row = padded_index(y + i, source_.height, source_.padding);
            for (int j = 0; j < patch_edge; ++j) {
                const int column = padded_index(x + j, source_.width, source_.padding);
                locate(row, column, pixels[i * patch_edge + j], masks[i * patch_edge + j]);
            }
        }
        kernels_.transform_gathered(pixels, source_.unpool_mask ? masks : nullptr, source_.channels, source_.relu, v,
                                    product_stride);
    }

    // the pixel at (row, column); zeros where one of them is outside
    void locate(int row, int column, const float*& pixel, const std::uint8_t*& mask) const {
        const bool inside = row >= 0 && column >= 0 && row < source_.height && column < source_.width;
        if (!source_.unpool_mask) {
            pixel = inside ? source_.data + (static_cast<std::size_t>(row) * source_.width + column) * source_.channels
                           : zeros;
            return;
        }
        // an odd last row or column is in no window
        const int pooled_height = source_.height / 2, pooled_width = source_.width / 2;
        if (!inside || row / 2 >= pooled_height || column / 2 >= pooled_width) {
            pixel = zeros;
            mask = source_.unpool_mask;
            return;
        }
        pixel = source_.data + (static_cast<std::size_t>(row / 2) * pooled_width + column / 2) * source_.channels;
        mask = source_.unpool_mask + kernels_.mask_offset(row, column, source_.width, source_.channels);
    }

private:
    const Kernels& kernels_;
    const Source& source_;
};

void store_tile(const Kernels& kernels, const float* m, std::size_t stride, const ForwardStore& store, int y, int x) {
    kernels.store_forward(m, stride, store, y, x);
}
void store_tile(const Kernels& kernels, const float* m, std::size_t stride, const BackwardStore& store, int y, int x) {
    kernels.store_backward(m, stride, store, y, x);
}

void prepare_tiles(const LinearGradient*, const ForwardStore&, int, int, int) {}

// writes a linear gradient below the tiles [x, x + count) of a row of tiles
void prepare_tiles(const LinearGradient* linear, const BackwardStore& store, int tile_y, int tile_x, int count) {
    if (!linear) return;
    const int x = tile_x * tile_edge, wide = std::min(count * tile_edge, store.width - x);
    const int bottom = std::min((tile_y + 1) * tile_edge, store.height);
    for (int y = tile_y * tile_edge; y < bottom; ++y)
        write_gradient(*linear, store.channels, static_cast<std::size_t>(y) * store.width + x, wide, store.out);
}

constexpr int run_tiles = 12;  // that are stored together where threads share a batch

template <class Store>
void convolve_tiles(const Weights& weights, const Source& source, const Store& store, const LinearGradient* linear,
                    float* scratch, int threads) {
    const Kernels& kernels = winograd::kernels(weights.produced);
    const Batches batches(kernels, weights.depth, weights.produced, source.height, source.width, threads);
    const Patches patches(kernels, source);
    const int across = batches.tiles_across;
    // stores the `count` tiles from `first` on, whose products begin at m
    const auto store_run = [&](int first, int count, const float* m) {
        for (int done = 0; done < count;) {
            const int y = (first + done) / across, x = (first + done) % across;
            const int in_row = std::min(count - done, across - x);
            prepare_tiles(linear, store, y, x, in_row);
            for (int t = 0; t < in_row; ++t)
                store_tile(kernels, m + (done + t) * batches.m_row, batches.m_product, store, y * tile_edge,
                           (x + t) * tile_edge);
            done += in_row;
        }
    };
    if (!batches.shared) {
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
        for (int batch = 0; batch < batches.count; ++batch) {
            float* v = scratch + omp_get_thread_num() * batches.floats();
            float* m = v + batches.v_floats();
            const int first = batches.begin(batch), count = batches.begin(batch + 1) - first;
            for (int t = 0; t < count; ++t)
                patches.transform((first + t) / across, (first + t) % across, v + t * batches.v_row, batches.v_product);
            for (int p = 0; p < products; ++p)
                kernels.multiply(count, weights.depth, v + p * batches.v_product, batches.v_row,
                                 weights.product(p, kernels.panel_channels), 0, weights.panels,
                                 m + p * batches.m_product, batches.m_row);
            store_run(first, count, m);
        }
        return;
    }
    float* v = scratch;
    float* m = v + batches.v_floats();
    // enough parts for the threads to end together
    const int parts = std::clamp(8 * threads / products, 1, weights.panels);
#pragma omp parallel num_threads(threads)
    for (int batch = 0; batch < batches.count; ++batch) {
        const int first = batches.begin(batch), count = batches.begin(batch + 1) - first;
#pragma omp for schedule(static)
        for (int t = 0; t < count; ++t)
            patches.transform((first + t) / across, (first + t) % across, v + t * batches.v_row, batches.v_product);
#pragma omp for schedule(dynamic, 1)
        for (int task = 0; task < products * parts; ++task) {
            const int p = task / parts, part = task % parts;
            kernels.multiply(count, weights.depth, v + p * batches.v_product, batches.v_row,
                             weights.product(p, kernels.panel_channels), weights.panels * part / parts,
                             weights.panels * (part + 1) / parts, m + p * batches.m_product, batches.m_row);
        }
        // short runs where there are few tiles for the threads
        const int run = std::clamp(count / (2 * threads), 1, run_tiles);
#pragma omp for schedule(static)
        for (int t = 0; t < count; t += run) store_run(first + t, std::min(run, count - t), m + t * batches.m_row);
    }
}

// The four sides of the frame of padding. The gradient that flows to a side is a convolution along that side with one
// row or column of the kernel: F(4, 3) in one dimension. Its transformed weights are at hand: point 0 picks a kernel's
// first row (or column) out and infinity its last, so products 0..5 and 30..35 (or 0, 6, 12, ... and 5, 11, 17, ...)
// are those of one row (or column) alone.
struct Side {
    bool along_row;     // top and bottom; these hold the corners too
    int map_line;       // the map's row or column that the side's gradient comes from
    int frame_line;     // -1 or the map's size
    int first_product;  // of six
    int product_step;
    int begin, length;  // the pixels along the side, from `begin`
    int tiles() const { return (length + tile_edge - 1) / tile_edge; }
};

void list_sides(int height, int width, Side (&sides)[4]) {
    const int last = patch_edge - 1;
    // the gradient's kernel is rotated: what reaches the row above the map comes through its last row
    sides[0] = {true, 0, -1, last * patch_edge, 1, -1, width + 2};
    sides[1] = {true, height - 1, height, 0, 1, -1, width + 2};
    sides[2] = {false, 0, -1, last, patch_edge, 0, height};
    sides[3] = {false, width - 1, width, 0, patch_edge, 0, height};
}

struct FrameLayout {
    int most_tiles;
    std::size_t v_row, m_row, v_side, m_side, line_side;
    FrameLayout(const Kernels& kernels, int depth, int produced, int height, int width) {
        most_tiles = (std::max(height, width + 2) + tile_edge - 1) / tile_edge;
        v_row = padded_channels(depth) + channel_block;
        m_row = rounded_up(produced, kernels.panel_channels) + channel_block;
        v_side = patch_edge * most_tiles * v_row;
        m_side = patch_edge * most_tiles * m_row;
        line_side = static_cast<std::size_t>(most_tiles) * tile_edge * padded_channels(produced);
    }
    std::size_t floats() const { return 4 * (v_side + m_side + line_side); }
};

}  // namespace

Buffer::Buffer(std::size_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    const std::size_t alignment = bytes >= huge_page ? huge_page : 64;
    const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    memory_ = std::aligned_alloc(alignment, rounded);
    if (!memory_) throw std::bad_alloc();
#if defined(__linux__)
    if (alignment == huge_page) madvise(memory_, rounded, MADV_HUGEPAGE);
#endif
}

Buffer::Buffer(Buffer&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

std::size_t packed_bytes(int depth, int produced) {
    return sizeof(float) * products * depth * rounded_up(produced, kernels(produced).panel_channels);
}

Weights pack_weights(const float* weight, int out_channels, int in_channels, bool backward, int threads) {
    const Kernels& kernels = winograd::kernels(backward ? in_channels : out_channels);
    Weights result;
    result.depth = backward ? out_channels : in_channels;
    result.produced = backward ? in_channels : out_channels;
    result.panels = rounded_up(result.produced, kernels.panel_channels) / kernels.panel_channels;
    result.packed = Buffer(packed_bytes(result.depth, result.produced));
    float* packed = result.packed.floats();
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (int panel = 0; panel < result.panels; ++panel)
        kernels.pack_panel(weight, out_channels, in_channels, backward, panel, packed);
    return result;
}

int padded_index(int index, int size, Padding padding) {
    if (index >= 0 && index < size) return index;
    if (index < -1 || index > size) return -1;
    switch (padding) {
        case Padding::zero:
            return -1;
        case Padding::reflect:
            return size == 1 ? 0 : index < 0 ? 1 : size - 2;
        case Padding::replicate:
            return index < 0 ? 0 : size - 1;
        case Padding::circular:
            return index < 0 ? size - 1 : 0;
    }
    return -1;
}

std::size_t scratch_floats(int depth, int produced, int height, int width, int threads) {
    const Kernels& kernels = winograd::kernels(produced);
    const Batches batches(kernels, depth, produced, height, width, threads);
    return std::max(batches.floats() * (batches.shared ? 1 : threads),
                    FrameLayout(kernels, depth, produced, height, width).floats());
}

void convolve(const Weights& weights, const Source& source, const ForwardStore& store, float* scratch, int threads) {
    convolve_tiles(weights, source, store, nullptr, scratch, threads);
}

void convolve(const Weights& weights, const Source& source, const BackwardStore& store, const LinearGradient* linear,
              float* scratch, int threads) {
    convolve_tiles(weights, source, store, linear, scratch, threads);
}

void write_gradient(const LinearGradient& gradient, int channels, std::size_t first, int pixels, float* out) {
    const Kernels& kernels = winograd::kernels(channels);
    float* to = out + first * channels;
    kernels.multiply(pixels, gradient.depth, gradient.features + first * channels, channels, gradient.packed, 0,
                     gradient.panels, to, channels);
    if (!gradient.shift && !gradient.map) return;
    for (int i = 0; i < pixels; ++i, to += channels) {
        if (gradient.shift) kernels.add_masked(gradient.shift, nullptr, 1, channels, to);
        if (gradient.map) kernels.add_masked(gradient.map + (first + i) * channels, nullptr, 1, channels, to);
    }
}

void add_frame_gradient(const Weights& weights, const Source& source, const BackwardStore& store, Padding padding,
                        float* scratch, int threads) {
    const Kernels& kernels = winograd::kernels(weights.produced);
    const FrameLayout layout(kernels, weights.depth, weights.produced, source.height, source.width);
    const Patches patches(kernels, source);
    float* v = scratch;
    float* m = v + 4 * layout.v_side;
    float* lines = m + 4 * layout.m_side;
    Side sides[4];
    list_sides(source.height, source.width, sides);
    const std::size_t v_product = layout.most_tiles * layout.v_row, m_product = layout.most_tiles * layout.m_row;
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
        for (int job = 0; job < 4 * layout.most_tiles; ++job) {
            const int s = job / layout.most_tiles, tile = job % layout.most_tiles;
            const Side& side = sides[s];
            if (tile >= side.tiles()) continue;
            const float* pixels[patch_edge];
            const std::uint8_t* masks[patch_edge];
            for (int i = 0; i < patch_edge; ++i) {
                const int along = side.begin + tile * tile_edge - 1 + i;
                patches.locate(side.along_row ? side.map_line : along, side.along_row ? along : side.map_line,
                               pixels[i], masks[i]);
            }
            kernels.transform_line(pixels, source.unpool_mask ? masks : nullptr, source.channels,
                                   v + s * layout.v_side + tile * layout.v_row, v_product);
        }
#pragma omp for schedule(dynamic, 1)
        for (int job = 0; job < 4 * patch_edge; ++job) {
            const int s = job / patch_edge, p = job % patch_edge;
            const Side& side = sides[s];
            kernels.multiply(side.tiles(), weights.depth, v + s * layout.v_side + p * v_product, layout.v_row,
                             weights.product(side.first_product + p * side.product_step, kernels.panel_channels), 0,
                             weights.panels, m + s * layout.m_side + p * m_product, layout.m_row);
        }
#pragma omp for schedule(static)
        for (int job = 0; job < 4 * layout.most_tiles; ++job) {
            const int s = job / layout.most_tiles, tile = job % layout.most_tiles;
            const Side& side = sides[s];
            if (tile >= side.tiles()) continue;
            kernels.store_line(
                m + s * layout.m_side + tile * layout.m_row, m_product, store.channels,
                std::min(tile_edge, side.length - tile * tile_edge),
                lines + s * layout.line_side + static_cast<std::size_t>(tile) * tile_edge * store.channels);
        }
    }
    // one thread: several pixels of the frame may come from the same pixel of the map
    for (int s = 0; s < 4; ++s) {
        const Side& side = sides[s];
        const int across = padded_index(side.frame_line, side.along_row ? store.height : store.width, padding);
        for (int i = 0; i < side.length; ++i) {
            const int along = padded_index(side.begin + i, side.along_row ? store.width : store.height, padding);
            const int y = side.along_row ? across : along, x = side.along_row ? along : across;
            const std::uint8_t* mask =
                store.relu_mask ? store.relu_mask + kernels.mask_offset(y, x, store.width, store.channels) : nullptr;
            kernels.add_masked(lines + s * layout.line_side + static_cast<std::size_t>(i) * store.channels, mask,
                               store.scale, store.channels,
                               store.out + (static_cast<std::size_t>(y) * store.width + x) * store.channels);
        }
    }
}

}  // namespace neural_style::winograd
