// Owns one reference to a GObject. Used in gimp2/.
#pragma once

#include <glib-object.h>

#include <utility>

namespace neural_style {

template <class Type>
class GObjectPointer {
public:
    explicit GObjectPointer(Type* owned = nullptr) : object_(owned) {}  ///< takes over the caller's reference
    GObjectPointer(GObjectPointer&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    GObjectPointer& operator=(GObjectPointer&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~GObjectPointer() {
        if (object_) g_object_unref(object_);
    }
    Type* get() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }

private:
    Type* object_;
};

}  // namespace neural_style
