// Who takes pictures into a network, maps from one convolution to the next, and slopes back, in one pass over memory
// each: the kernels of passage_kernels.cu on a device that can run them. Used by FusedEncoder, on the job's thread.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>

#include "passage.hpp"

namespace neural_style {

class Passages {
public:
    virtual ~Passages() = default;

    /// Begin to do what their arguments say, on the device's current stream.
    virtual void picture_in(const PictureIn& passage) = 0;
    virtual void picture_back(const PictureBack& passage) = 0;
    virtual void pass_on(const Passage& passage) = 0;
    virtual void pass_back(const PassageBack& passage) = 0;
};

/// For networks in float32, float16 or bfloat16. Null where the device, or LibTorch there, cannot compile kernels at
/// run time.
std::unique_ptr<Passages> make_passages(const c10::Device& device, c10::ScalarType number);

/// For a kind of device that an extension of LibTorch brings.
void set_passages_maker(c10::DeviceType type,
                        std::unique_ptr<Passages> (*make)(const c10::Device&, c10::ScalarType number));

}  // namespace neural_style
