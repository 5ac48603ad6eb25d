// How large pictures are read: a style of a gigapixel for a small picture is made smaller while it is read.
#pragma once

#include "arguments.hpp"

namespace neural_style {

/// Longest edges in pixels, for read_picture(). Twice what is needed, so that what is made of it is as good.
struct ReadingSizes {
    int style = 0;    ///< of styles, and of the masks of their regions
    int content = 0;  ///< of masks and starts, which are laid over the content
};

/// For contents whose longest edge is `content_edge`.
int size_over_content(int content_edge);

/// Of a call's contents, as they are in their files, or as `--content-size` says. One that cannot be read counts for
/// nothing here. Throws Error(Cause::settings) for sizes and scales that contradict each other.
ReadingSizes reading_sizes(const Arguments& arguments);

}  // namespace neural_style
