// A picture's way into a network, a map's from one convolution to the next, and a slope's way back, in one pass over
// memory each. A GPU computes these steps far faster than it moves their numbers: bias, ReLU, pool and padding as
// operations of their own read and write a map four times.
//
// Compiled at run time, behind passage.hpp and definitions of KERNEL, DEVICE, ROLLED (a loop that stays one), the type
// Number and its conversions to_float and to_number: passage_source.cpp. The tests compile the same text for the
// processor. A block's first coordinate is a row; its threads and its second one go along the row, a thread for eight
// channels of a pixel.

struct alignas(16) Numbers {
    Number of[passage_channels];
};

struct alignas(16) Floats {
    float of[passage_channels];
};

// Places count eights of channels from a map's beginning.
DEVICE inline void load(const void* map, long long place, float* values) {
    const Numbers numbers = static_cast<const Numbers*>(map)[place];
    for (int c = 0; c < passage_channels; ++c) values[c] = to_float(numbers.of[c]);
}

DEVICE inline void add(const void* map, long long place, float factor, float* sum) {
    float values[passage_channels];
    load(map, place, values);
    for (int c = 0; c < passage_channels; ++c) sum[c] += values[c] * factor;
}

DEVICE inline void store(void* map, long long place, const float* values) {
    Numbers numbers;
    for (int c = 0; c < passage_channels; ++c) numbers.of[c] = to_number(values[c]);
    static_cast<Numbers*>(map)[place] = numbers;
}

// What a slope is to be multiplied by.
DEVICE inline float ratio(const float* factor, const float* unit) {
    return (factor ? *factor : 1.0f) / (unit ? *unit : 1.0f);
}

// The place in a line of `length` that place i of the grown line shows, counted from the line's own beginning.
DEVICE inline int shown_at(int i, int length, int padding) {
    if (i >= 0 && i < length) return i;
    if (padding == 1) return i < 0 ? -i : 2 * (length - 1) - i;  // reflect
    if (padding == 3) return i < 0 ? i + length : i - length;    // circular
    return i < 0 ? 0 : length - 1;                               // replicate
}

// A grown map showed pixel (y, x) of a map of that size at its own place, and in the margins wherever they are like it:
// adds up the slopes of all these.
DEVICE inline void add_all_shown(const PassageShape& s, const void* of_grown, int height, int width, int y, int x,
                                 int group, float* sum) {
    const int groups = s.channels / passage_channels, whole_width = width + 2 * s.margin;
    ROLLED for (int row = 0; row < 1 + 2 * s.margin; ++row) {
        const int at_y = row == 0 ? y : row == 1 ? -1 : height;
        if (shown_at(at_y, height, s.padding) != y) continue;
        ROLLED for (int column = 0; column < 1 + 2 * s.margin; ++column) {
            const int at_x = column == 0 ? x : column == 1 ? -1 : width;
            if (shown_at(at_x, width, s.padding) != x) continue;
            add(of_grown, ((long long)(at_y + s.margin) * whole_width + at_x + s.margin) * groups + group, 1.0f, sum);
        }
    }
}

// For each pixel of the map that is halved and grown.
template <int pool>
DEVICE inline void pass_on(const Passage& p) {
    const PassageShape& s = p.shape;
    const int groups = s.channels / passage_channels, height = s.height / pool, width = s.width / pool;
    const int whole_width = width + 2 * s.margin;
    const unsigned along = blockIdx.y * blockDim.x + threadIdx.x;
    if (along >= unsigned(whole_width) * groups) return;
    const int group = int(along % groups), x = int(along / groups) - s.margin, y = int(blockIdx.x) - s.margin;
    const bool inside = y >= 0 && y < height && x >= 0 && x < width;
    const int from_y = shown_at(y, height, s.padding) * pool, from_x = shown_at(x, width, s.padding) * pool;
    const long long own = ((long long)y * width + x) * groups + group;

    Floats bias;
    for (int c = 0; c < passage_channels; ++c) bias.of[c] = 0.0f;
    if (p.bias) bias = reinterpret_cast<const Floats*>(p.bias)[group];
    float result[passage_channels];
    int largest[passage_channels];  // which of a pool's
    unsigned positive[pool * pool];
    for (int c = 0; c < passage_channels; ++c) result[c] = 0.0f, largest[c] = 0;
    for (int k = 0; k < pool * pool; ++k) {
        float values[passage_channels];
        load(p.raw, ((long long)(from_y + k / pool) * s.width + from_x + k % pool) * groups + group, values);
        for (int c = 0; c < passage_channels; ++c) values[c] += bias.of[c];
        if (p.before && inside) store(p.before, own, values);
        positive[k] = 0;
        for (int c = 0; c < passage_channels; ++c) {
            const float value = values[c] < 0.0f ? 0.0f : values[c];  // what is no number stays one that shows
            if (value > 0.0f) positive[k] |= 1u << c;
            if (s.average) {
                result[c] += value / (pool * pool);
            } else if (k == 0 || value > result[c] || value != value) {
                result[c] = value;
                largest[c] = k;
            }
        }
    }
    if (p.next) store(p.next, ((long long)blockIdx.x * whole_width) * groups + along, result);
    if (!inside) return;
    if (p.after) store(p.after, own, result);
    if (!p.passes) return;
    unsigned passes = 0;  // a byte for each of a pool's
    for (int k = 0; k < pool * pool; ++k) {
        for (int c = 0; c < passage_channels; ++c)
            if (!s.average && largest[c] != k) positive[k] &= ~(1u << c);
        passes |= positive[k] << 8 * k;
    }
    if (pool == 1)
        p.passes[own] = (unsigned char)passes;
    else
        reinterpret_cast<unsigned*>(p.passes)[own] = passes;
}

// For each pixel of what the convolution gave.
template <int pool>
DEVICE inline void pass_back(const PassageBack& p) {
    const PassageShape& s = p.shape;
    const int groups = s.channels / passage_channels, height = s.height / pool, width = s.width / pool;
    const unsigned along = blockIdx.y * blockDim.x + threadIdx.x;
    if (along >= unsigned(s.width) * groups) return;
    const int group = int(along % groups), raw_x = int(along / groups), raw_y = int(blockIdx.x);
    const int x = raw_x / pool, y = raw_y / pool;
    const long long own = ((long long)y * width + x) * groups + group,
                    in_raw = (long long)raw_y * s.width * groups + along;

    float sum[passage_channels];
    for (int c = 0; c < passage_channels; ++c) sum[c] = 0.0f;
    if (p.passes && y < height && x < width) {
        if (p.of_next) add_all_shown(s, p.of_next, height, width, y, x, group, sum);
        if (p.of_after) add(p.of_after, own, ratio(p.after_factor, p.unit), sum);
        const unsigned passes = p.passes[own * (pool * pool) + raw_y % pool * pool + raw_x % pool];
        const float share = s.average ? 1.0f / (pool * pool) : 1.0f;
        for (int c = 0; c < passage_channels; ++c) sum[c] = passes >> c & 1 ? sum[c] * share : 0.0f;
    }
    if (p.of_before) add(p.of_before, in_raw, ratio(p.before_factor, p.unit), sum);
    store(p.of_raw, in_raw, sum);
}

// For each pixel of the grown map.
KERNEL picture_in(PictureIn p) {
    const PassageShape& s = p.shape;
    const int whole_width = s.width + 2 * s.margin, whole_x = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (whole_x >= whole_width) return;
    const int y = shown_at(int(blockIdx.x) - s.margin, s.height, s.padding),
              x = shown_at(whole_x - s.margin, s.width, s.padding);
    float values[passage_channels];
    for (int c = 0; c < passage_channels; ++c) values[c] = 0.0f;
    for (int c = 0; c < 3; ++c) {
        const long long plane = p.colours.turned ? 2 - c : c;
        values[c] = p.picture[(plane * s.height + y) * s.width + x] * p.colours.scale[c] - p.colours.shift[c];
    }
    store(p.map, (long long)blockIdx.x * whole_width + whole_x, values);
}

// For each pixel of the picture.
KERNEL picture_back(PictureBack p) {
    const PassageShape& s = p.shape;
    const int y = int(blockIdx.x), x = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (x >= s.width) return;
    float sum[passage_channels];
    for (int c = 0; c < passage_channels; ++c) sum[c] = 0.0f;
    add_all_shown(s, p.of_map, s.height, s.width, y, x, 0, sum);
    const float unit = p.unit ? *p.unit : 1.0f;
    for (int c = 0; c < 3; ++c) {
        const long long plane = p.colours.turned ? 2 - c : c;
        p.of_picture[(plane * s.height + y) * s.width + x] = sum[c] * p.colours.scale[c] * unit;
    }
}

KERNEL pass_on_1(Passage p) { pass_on<1>(p); }
KERNEL pass_on_2(Passage p) { pass_on<2>(p); }
KERNEL pass_back_1(PassageBack p) { pass_back<1>(p); }
KERNEL pass_back_2(PassageBack p) { pass_back<2>(p); }
