// Weights files made in memory, for the tests of their readers.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "networks/weights_safetensors.hpp"

namespace neural_style::testing {

inline std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

/// A safetensors file with the given table and `data_bytes` zero bytes behind it.
inline std::vector<std::uint8_t> safetensors_with(const std::string& table, std::size_t data_bytes) {
    std::vector<std::uint8_t> file;
    for (int i = 0; i < 8; ++i) file.push_back(std::uint8_t(std::uint64_t(table.size()) >> (8 * i)));
    file.insert(file.end(), table.begin(), table.end());
    file.resize(file.size() + data_bytes);
    return file;
}

/// Floats as their bytes, little endian.
inline std::string float_bytes(const std::vector<float>& values) {
    std::string bytes;
    for (const float value : values) {
        std::uint32_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        for (int i = 0; i < 4; ++i) bytes += char(bits >> (8 * i));
    }
    return bytes;
}

inline void expect_said(const std::string& sentence, const std::string& part) {
    EXPECT_NE(sentence.find(part), std::string::npos) << "\"" << sentence << "\" does not say \"" << part << "\"";
}

/// What an Error says when `act` throws one; "" if it does not.
template <class Act>
std::string sentence_of(Act act) {
    try {
        act();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace neural_style::testing
