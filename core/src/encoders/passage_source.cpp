#include "passage_source.hpp"

#include "passage_text.hpp"

namespace neural_style {

std::string passage_source(c10::ScalarType number) {
    std::string source =
        "#define KERNEL extern \"C\" __global__ void __launch_bounds__(256)\n"
        "#define DEVICE __device__\n"
        "#define ROLLED _Pragma(\"unroll 1\")\n";
    if (number == c10::ScalarType::Half)
        source +=
            "typedef unsigned short Number;\n"
            "DEVICE inline float to_float(Number bits) {\n"
            "    float value;\n"
            "    asm(\"cvt.f32.f16 %0, %1;\" : \"=f\"(value) : \"h\"(bits));\n"
            "    return value;\n"
            "}\n"
            "DEVICE inline Number to_number(float value) {\n"
            "    Number bits;\n"
            "    asm(\"cvt.rn.f16.f32 %0, %1;\" : \"=h\"(bits) : \"f\"(value));\n"
            "    return bits;\n"
            "}\n";
    else if (number == c10::ScalarType::BFloat16)
        source +=
            "typedef unsigned short Number;\n"
            "DEVICE inline float to_float(Number bits) { return __uint_as_float((unsigned)bits << 16); }\n"
            "DEVICE inline Number to_number(float value) {\n"
            "    if (value != value) return 0x7FC0;\n"
            "    const unsigned bits = __float_as_uint(value);\n"
            "    return (Number)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);\n"
            "}\n";
    else
        source +=
            "typedef float Number;\n"
            "DEVICE inline float to_float(Number value) { return value; }\n"
            "DEVICE inline Number to_number(float value) { return value; }\n";
    return source + passage_text;
}

}  // namespace neural_style
