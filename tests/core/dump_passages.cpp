// Writes the passages' kernels for a number type, as a compiler at run time is given them.
// usage: dump_passages float32|float16|bfloat16
#include <cstdio>
#include <cstring>

#include "encoders/passage_source.hpp"

int main(int count, char** words) {
    const std::pair<const char*, c10::ScalarType> types[] = {{"float32", c10::ScalarType::Float},
                                                             {"float16", c10::ScalarType::Half},
                                                             {"bfloat16", c10::ScalarType::BFloat16}};
    for (const auto& [name, type] : types)
        if (count == 2 && std::strcmp(words[1], name) == 0)
            return std::puts(neural_style::passage_source(type).c_str()) < 0;
    std::fputs("usage: dump_passages float32|float16|bfloat16\n", stderr);
    return 2;
}
