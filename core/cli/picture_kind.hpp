// What a picture file is, told from its first bytes and, for cameras' raw files, which are TIFF files in other clothes,
// from its name too.
#pragma once

#include <string>

namespace neural_style {

enum class PictureKind { pixmap, png, jpeg, tiff, webp };

/// Throws Error(Cause::picture) for a file that is none of these; what is known by sight is called by its name, with
/// what to do.
PictureKind kind_of_picture(const std::string& path);

/// What is thrown where a file cannot be read; `why` goes into the brackets of its sentence.
[[noreturn]] void unreadable_picture(const std::string& path, const std::string& why);

/// The same for a kind of file or picture that is not read at all: "PATH is `what`, which is not read; `advice`."
[[noreturn]] void refuse_picture(const std::string& path, const std::string& what, const std::string& advice);

/// Of cameras' raw files, by their TIFF tags too.
[[noreturn]] void refuse_raw_picture(const std::string& path);

}  // namespace neural_style
