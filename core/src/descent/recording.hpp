// A device's operations, recorded once and replayed: a CUDA graph.
#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <memory>

namespace neural_style {

/// One sequence of operations. Replaying costs the host next to nothing, however many they are; but they are the same
/// ones at the same addresses, so what they read from has to stay where it was.
class Recording {
public:
    virtual ~Recording() = default;

    /// Runs `work` for the record: nothing is computed yet. What it allocates is the recording's, as long as that
    /// lives. Throws what `work` throws, and c10::Error if it does what cannot be recorded, such as fetching a number.
    virtual void record(const std::function<void()>& work) = 0;

    /// Begins to compute what was recorded.
    virtual void replay() = 0;
};

/// Null where the device has no such thing, or not with this LibTorch.
std::unique_ptr<Recording> make_recording(const c10::Device& device);

/// For a kind of device that an extension of LibTorch brings.
void set_recording_maker(c10::DeviceType type, std::unique_ptr<Recording> (*make)(const c10::Device&));

}  // namespace neural_style
