// libFuzzer's entry for the picture files of the command line; READER is given by the build: our own of PPM and PFM, or
// libvips' of all others.
#include "memory_file.hpp"
#include "neural-style/error.hpp"
#include READER_HEADER

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace neural_style;
    const testing::MemoryFile file(data, size);
    try {
        const Image image = READER(file.path()).image;
        testing::must(image.width > 0 && image.height > 0, "a picture has pixels");
        testing::must(image.rgba.size() == std::size_t(4) * image.width * image.height, "a picture is whole");
        for (std::size_t i = 3; i < image.rgba.size(); i += 4)
            testing::must(image.rgba[i] >= 0 && image.rgba[i] <= 1, "alpha is between nothing and all");
    } catch (const Error& error) {
        testing::must(error.cause() == Cause::picture || error.cause() == Cause::memory, "a refusal names its cause");
        testing::must(testing::is_sentence(error.what()), "a refusal says why");
    }
    return 0;
}
