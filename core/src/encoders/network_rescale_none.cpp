// In place of network_rescale.cpp where the program is built without Highway, whose convolutions that needs.
#include "network_rescale.hpp"
#include "neural-style/error.hpp"

namespace neural_style {

void rescale_convolutions(const Network& network, std::vector<Convolution>&, int) {
    throw Error(Cause::settings, "The network " + network.name +
                                     " wants its weights rescaled, which a program that was built without Highway "
                                     "cannot do; set rescale = no in its description.");
}

}  // namespace neural_style
