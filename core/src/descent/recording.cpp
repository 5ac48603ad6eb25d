#include "recording.hpp"

#include <map>

#ifdef HAVE_CUDA_GRAPHS
#include "cuda_recording.hpp"
#endif

namespace neural_style {
namespace {

using Maker = std::unique_ptr<Recording> (*)(const c10::Device&);

std::map<c10::DeviceType, Maker>& makers() {
    static std::map<c10::DeviceType, Maker> known = {
#ifdef HAVE_CUDA_GRAPHS
        {c10::DeviceType::CUDA, &make_cuda_recording},
#endif
    };
    return known;
}

}  // namespace

std::unique_ptr<Recording> make_recording(const c10::Device& device) {
    const auto found = makers().find(device.type());
    return found == makers().end() ? nullptr : found->second(device);
}

void set_recording_maker(c10::DeviceType type, Maker make) { makers()[type] = make; }

}  // namespace neural_style
