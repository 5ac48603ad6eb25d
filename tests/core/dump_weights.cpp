// Test program: dump_weights DESCRIPTION.ini FILE COUNT writes the first COUNT convolutions' weights and biases, as the
// readers give them, to standard output as raw floats. Says on standard error what went wrong, and how much memory it
// took at the most.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "networks/weights_file.hpp"

int main(int count, char** arguments) {
    if (count != 4) return 2;
    try {
        const auto network = neural_style::find_network(arguments[1]);
        const auto wanted = std::size_t(std::atoi(arguments[3]));
        for (const auto& convolution : neural_style::load_convolutions(network, arguments[2], wanted)) {
            std::fwrite(convolution.weights.data(), sizeof(float), convolution.weights.size(), stdout);
            std::fwrite(convolution.bias.data(), sizeof(float), convolution.bias.size(), stdout);
        }
    } catch (const neural_style::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::FILE* status = std::fopen("/proc/self/status", "r");
    for (char line[256]; status && std::fgets(line, sizeof line, status);)
        if (std::strncmp(line, "VmHWM:", 6) == 0) std::fputs(line, stderr);
    if (status) std::fclose(status);
    return 0;
}
