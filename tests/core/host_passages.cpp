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
};

class HostPassages : public Passages {
public:
    explicit HostPassages(const Kernels& kernels) : kernels_(kernels) {}

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

std::unique_ptr<Passages> make_host_passages(const c10::Device&, c10::ScalarType number) {
    switch (number) {
        case c10::ScalarType::Float:
            return std::make_unique<HostPassages>(Kernels{{&in_float32::pass_on_1, &in_float32::pass_on_2},
                                                          {&in_float32::pass_back_1, &in_float32::pass_back_2}});
        case c10::ScalarType::Half:
            return std::make_unique<HostPassages>(Kernels{{&in_float16::pass_on_1, &in_float16::pass_on_2},
                                                          {&in_float16::pass_back_1, &in_float16::pass_back_2}});
        default:
            return std::make_unique<HostPassages>(Kernels{{&in_bfloat16::pass_on_1, &in_bfloat16::pass_on_2},
                                                          {&in_bfloat16::pass_back_1, &in_bfloat16::pass_back_2}});
    }
}

}  // namespace neural_style::testing
