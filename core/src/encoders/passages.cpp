#include "passages.hpp"

#include <map>

#ifdef HAVE_CUDA_PASSAGES
#include "cuda_passages.hpp"
#endif

namespace neural_style {
namespace {

using Maker = std::unique_ptr<Passages> (*)(const c10::Device&, c10::ScalarType);

std::map<c10::DeviceType, Maker>& makers() {
    static std::map<c10::DeviceType, Maker> known = {
#ifdef HAVE_CUDA_PASSAGES
        {c10::DeviceType::CUDA, &make_cuda_passages},
#endif
    };
    return known;
}

}  // namespace

std::unique_ptr<Passages> make_passages(const c10::Device& device, c10::ScalarType number) {
    const auto found = makers().find(device.type());
    return found == makers().end() ? nullptr : found->second(device, number);
}

void set_passages_maker(c10::DeviceType type, Maker make) { makers()[type] = make; }

}  // namespace neural_style
