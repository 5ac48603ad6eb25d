// libFuzzer's entry for one reader of weights files; READER is given by the build.
#include "check_weights.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    neural_style::testing::check_weights(neural_style::READER, data, size);
    return 0;
}
