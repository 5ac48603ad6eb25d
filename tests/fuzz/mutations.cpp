// The main program of a short run: calls a fuzzer's entry with the seeds and with changed seeds, the same at every run.
// Needs neither clang nor a sanitizer, so that every build can do it; the long runs are libFuzzer's.
//
// usage: PROGRAM FOLDER_OF_SEEDS COUNT
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;  // whose shadow needs terabytes of addresses
#else
constexpr bool sanitized = false;
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr unsigned hang_seconds = 60;             // an input takes milliseconds
constexpr rlim_t memory_bytes = rlim_t(3) << 30;  // addresses, libraries and all
constexpr std::size_t largest_input = std::size_t(1) << 16;

std::vector<Bytes> seeds(const std::string& folder) {
    std::vector<Bytes> list;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        list.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    std::sort(list.begin(), list.end());  // a folder has no order of its own
    return list;
}

Bytes changed(Bytes bytes, const std::vector<Bytes>& others, std::mt19937& random) {
    const auto below = [&](std::size_t bound) { return std::size_t(random() % std::max<std::size_t>(bound, 1)); };
    static const std::uint8_t telling[] = {0, 1, 2, 4, 0x7f, 0x80, 0xff, ';', '=', '\\', '[', ']', '\n', '-', '9', 'e'};
    for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
        const auto at = bytes.begin() + std::ptrdiff_t(below(bytes.size()));
        const auto rest = std::size_t(bytes.end() - at);
        switch (below(7)) {
            case 0:
                *at ^= std::uint8_t(1u << below(8));
                break;
            case 1:
                *at = telling[below(sizeof telling)];
                break;
            case 2:
                bytes.erase(at, at + std::ptrdiff_t(below(rest)));
                break;
            case 3:
                bytes.insert(at, std::uint8_t(random()));
                break;
            case 4:
                std::fill(at, at + std::ptrdiff_t(std::min<std::size_t>(1 + below(8), rest)), telling[below(8)]);
                break;
            case 5:
            case 6: {  // a piece of this or another seed, elsewhere
                const Bytes& from = below(2) ? bytes : others[below(others.size())];
                if (from.empty()) break;
                const std::size_t start = below(from.size());
                const Bytes piece(
                    from.begin() + std::ptrdiff_t(start),
                    from.begin() + std::ptrdiff_t(start + below(std::min<std::size_t>(64, from.size() - start + 1))));
                bytes.insert(bytes.begin() + std::ptrdiff_t(below(bytes.size())), piece.begin(), piece.end());
                break;
            }
        }
    }
    if (bytes.size() > largest_input) bytes.resize(largest_input);
    return bytes;
}

void run(const Bytes& bytes) {
    // A copy of exactly this size: what reads beyond it is found by the tools that look for that.
    const Bytes exact(bytes.begin(), bytes.end());
    alarm(hang_seconds);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int count, char** words) {
    if (count != 3) return 2;
    const auto list = seeds(words[1]);
    if (list.empty()) {
        std::fprintf(stderr, "no seeds in %s\n", words[1]);
        return 1;
    }
    if (!sanitized) {
        const rlimit limit = {memory_bytes, memory_bytes};
        setrlimit(RLIMIT_AS, &limit);
    }
    std::mt19937 random(20);
    for (const Bytes& seed : list) run(seed);
    const long wanted = std::atol(words[2]);
    for (long i = 0; i < wanted; ++i) run(changed(list[std::size_t(i) % list.size()], list, random));
    std::printf("%zu seeds, %ld changed\n", list.size(), wanted);
}
