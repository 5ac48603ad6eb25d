#include "host_passages.hpp"

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#define KERNEL inline void
#define DEVICE
#define ROLLED

namespace neural_style::testing {
namespace {

struct Coordinates {
    unsigned x = 0, y = 0;
};
Coordinates blockIdx, blockDim, threadIdx;

// What a compiler at run time is given for each number type.
namespace in_float32 {
using Number = float;
float to_float(Number value) { return value; }
Number to_number(float value) { return value; }
#include "encoders/passage_kernels.cu"
}  // namespace in_float32

namespace in_float16 {
using Number = c10::Half;
float to_float(Number value) { return value; }
Number to_number(float value) { return value; }
#include "encoders/passage_kernels.cu"
}  // namespace in_float16

namespace in_bfloat16 {
using Number = c10::BFloat16;
float to_float(Number value) { return value; }
Number to_number(float value) { return value; }
#include "encoders/passage_kernels.cu"
}  // namespace in_bfloat16

struct Kernels {
    void (*pass_on[2])(Passage);
    void (*pass_back[2])(PassageBack);
    void (*picture_in)(PictureIn);
    void (*picture_back)(PictureBack);
};

class HostPassages : public Passages {
public:
    explicit HostPassages(const Kernels& kernels) : kernels_(kernels) {}

    void picture_in(const PictureIn& passage) override {
        const PassageShape& s = passage.shape;
        launch(s.height + 2 * s.margin, s.width + 2 * s.margin, passage_channels, kernels_.picture_in, passage);
    }

    void picture_back(const PictureBack& passage) override {
        launch(passage.shape.height, passage.shape.width, passage_channels, kernels_.picture_back, passage);
    }

    void pass_on(const Passage& passage) override {
        const PassageShape& s = passage.shape;
        launch(s.height / s.pool + 2 * s.margin, s.width / s.pool + 2 * s.margin, s.channels,
               kernels_.pass_on[s.pool - 1], passage);
    }

    void pass_back(const PassageBack& passage) override {
        const PassageShape& s = passage.shape;
        launch(s.height, s.width, s.channels, kernels_.pass_back[s.pool - 1], passage);
    }

private:
    template <class Arguments>
    static void launch(int height, int width, int channels, void (*kernel)(Arguments), const Arguments& arguments) {
        const unsigned along = unsigned(width) * unsigned(channels / passage_channels);
        blockDim.x = 32;
        for (blockIdx.x = 0; blockIdx.x < unsigned(height); ++blockIdx.x)
            for (blockIdx.y = 0; blockIdx.y * blockDim.x < along; ++blockIdx.y)
                for (threadIdx.x = 0; threadIdx.x < blockDim.x; ++threadIdx.x) kernel(arguments);
    }

    const Kernels kernels_;
};

}  // namespace

#define KERNELS_OF(numbers)                                                                \
    std::make_unique<HostPassages>(Kernels{{&numbers::pass_on_1, &numbers::pass_on_2},     \
                                           {&numbers::pass_back_1, &numbers::pass_back_2}, \
                                           &numbers::picture_in,                           \
                                           &numbers::picture_back})

std::unique_ptr<Passages> make_host_passages(const c10::Device&, c10::ScalarType number) {
    if (number == c10::ScalarType::Half) return KERNELS_OF(in_float16);
    if (number == c10::ScalarType::BFloat16) return KERNELS_OF(in_bfloat16);
    return KERNELS_OF(in_float32);
}

}  // namespace neural_style::testing
