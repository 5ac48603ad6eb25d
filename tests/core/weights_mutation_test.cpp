// A short run of what the fuzzers do at length: the seeds, changed at random but the same way at every run.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "../fuzz/check_weights.hpp"

namespace neural_style {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> seeds(const std::string& form) {
    std::vector<Bytes> list;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(CORPUS_FOLDER) + "/" + form)) {
        std::ifstream file(entry.path(), std::ios::binary);
        list.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    std::sort(list.begin(), list.end());  // a folder has no order of its own
    return list;
}

Bytes mutated(Bytes bytes, std::mt19937& random) {
    const auto below = [&](std::size_t bound) { return std::size_t(random() % std::max<std::size_t>(bound, 1)); };
    static const std::uint8_t telling[] = {0, 1, 2, 0x7f, 0x80, 0xff, '.', '(', 't', 'R', 'h', 'q', '[', '"', '}'};
    for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
        const auto at = bytes.begin() + std::ptrdiff_t(below(bytes.size()));
        switch (below(6)) {
            case 0:
                *at ^= std::uint8_t(1u << below(8));
                break;
            case 1:
                *at = telling[below(sizeof telling)];
                break;
            case 2:
                bytes.erase(at, at + std::ptrdiff_t(below(std::size_t(bytes.end() - at))));
                break;
            case 3:
                bytes.insert(at, std::uint8_t(random()));
                break;
            case 4:
                std::fill(at, at + std::ptrdiff_t(std::min<std::size_t>(8, std::size_t(bytes.end() - at))), 0xff);
                break;
            case 5: {  // a piece of the file once more, elsewhere
                const Bytes piece(at,
                                  at + std::ptrdiff_t(below(std::min<std::size_t>(64, std::size_t(bytes.end() - at)))));
                bytes.insert(bytes.begin() + std::ptrdiff_t(below(bytes.size())), piece.begin(), piece.end());
                break;
            }
        }
    }
    return bytes;
}

void run(testing::Reader reader, const std::string& form) {
    std::mt19937 random(20);
    int accepted = 0;
    const auto list = seeds(form);
    ASSERT_FALSE(list.empty());
    for (const Bytes& seed : list) {
        EXPECT_TRUE(testing::check_weights(reader, seed.data(), seed.size())) << "a seed must be readable";
        for (int i = 0; i < 5000; ++i) {
            const Bytes bytes = mutated(seed, random);
            accepted += testing::check_weights(reader, bytes.data(), bytes.size());
        }
    }
    EXPECT_GT(accepted, 0);  // else the changes are too coarse to get past the first check
}

TEST(MutatedWeights, Safetensors) { run(read_safetensors, "safetensors"); }
TEST(MutatedWeights, Zip) { run(read_pytorch_zip, "zip"); }
TEST(MutatedWeights, Old) { run(read_old_pytorch, "old"); }
TEST(MutatedWeights, Onnx) { run(read_onnx, "onnx"); }

}  // namespace
}  // namespace neural_style
