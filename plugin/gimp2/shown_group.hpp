// What a group in the mode Pass Through shows: its layers over what lies below them, which GIMP keeps nowhere by
// itself. Used by the GIMP host, on the main thread.
#pragma once

#include <libgimp/gimp.h>

#include <cstdint>

namespace neural_style {

/// Whether `item` is a group in the mode Pass Through: what it shows depends on what lies below it.
bool is_pass_through(std::int32_t item);

/// A drawable that shows what the canvas does up to and with a pass-through group, in the group's own place, with the
/// group's mask and opacity; as if everything above it, and the groups around it, were not there. It belongs to a
/// hidden copy of the image, which goes with this object; pixels of the copy are shared with the image.
class ShownGroup {
public:
    /// Throws Error(Cause::picture).
    explicit ShownGroup(std::int32_t group);
    ~ShownGroup();
    ShownGroup(const ShownGroup&) = delete;
    ShownGroup& operator=(const ShownGroup&) = delete;

    std::int32_t drawable() const { return drawable_; }
    int x() const { return x_; }  ///< of the group's corner in the drawable
    int y() const { return y_; }

private:
    void show_alone(std::int32_t group);

    std::int32_t copy_;
    std::int32_t drawable_ = -1;
    int x_ = 0, y_ = 0;
};

}  // namespace neural_style
