// In place of sha256.cpp where the program is built without libcrypto.
#include "weights_record.hpp"

namespace neural_style {

std::string sha256_of(const std::string&, const std::atomic<bool>&,
                      const std::function<void(std::uint64_t, std::uint64_t)>&) {
    throw Error(Cause::weights,
                "This program was built without libcrypto and neither installs nor checks networks; name a .pth file "
                "with the setting weights instead.");
}

}  // namespace neural_style
