// Reads pictures as the command line does and says what it saw: a line for each, and for what was read its pixels in
// FILE.rgba, four floats each.
//
// usage: dump_picture EDGE FILE...   (EDGE: 0, or what larger pictures are made smaller to while they are read)
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "neural-style/error.hpp"
#include "picture_file.hpp"

int main(int count, char** words) {
    using namespace neural_style;
    for (int i = 2; i < count; ++i) {
        const std::string path = words[i];
        try {
            const PictureFile file = read_picture(path, std::atoi(words[1]));
            std::ofstream(path + ".rgba", std::ios::binary)
                .write(reinterpret_cast<const char*>(file.image.rgba.data()),
                       std::streamsize(file.image.rgba.size() * sizeof(float)));
            std::printf("%s\tread\t%d\t%d\t%d\t%d\n", path.c_str(), file.image.width, file.image.height, file.bits,
                        int(file.has_alpha));
        } catch (const Error& error) {
            std::printf("%s\trefused\t%s\t%s\n", path.c_str(), to_text(error.cause()), error.what());
        }
    }
}
