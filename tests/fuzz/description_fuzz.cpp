// libFuzzer's entry for network descriptions.
#include "check_weights.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace neural_style;
    try {
        const Network network = read_network(std::string(reinterpret_cast<const char*>(data), size), "tiny.ini");
        for (const NetworkLayer& layer : network.layers)
            testing::must(find_layer(network, layer.name).channels > 0, "a layer is found by its name");
    } catch (const Error& error) {
        testing::must(error.cause() == Cause::settings, "a refusal says why");
    }
    return 0;
}
