// In place of weights_safetensors.cpp where the program is built without nlohmann-json or libcrypto.
#include "neural-style/error.hpp"
#include "weights_bytes.hpp"
#include "weights_safetensors.hpp"

namespace neural_style {
namespace {

[[noreturn]] void refuse() {
    throw Error(Cause::weights,
                "this program was built without nlohmann-json or libcrypto and knows no .safetensors; name the .pth "
                "file with the setting weights instead");
}

}  // namespace

StoredTensors read_safetensors(const WeightsBytes&) { refuse(); }
StoredTensors read_safetensors_table(const std::string&, std::uint64_t) { refuse(); }
std::string safetensors_head(const std::vector<std::pair<std::string, StoredTensor>>&) { refuse(); }

}  // namespace neural_style
