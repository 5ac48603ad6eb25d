// A GObject held by one strong reference. Used by the dialog and by gimp2/; main thread.
#pragma once

#include <glib-object.h>

#include <utility>

namespace neural_style {

template <class T>
class ObjectRef {
public:
    ObjectRef() = default;
    /// Takes over a reference that the caller owns.
    static ObjectRef take(T* object) {
        ObjectRef ref;
        ref.object_ = object;
        return ref;
    }
    /// Adds a reference of its own; sinks a floating one.
    static ObjectRef share(T* object) { return take(object ? static_cast<T*>(g_object_ref_sink(object)) : nullptr); }

    ObjectRef(const ObjectRef& other) : ObjectRef(share(other.object_)) {}
    ObjectRef(ObjectRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    ObjectRef& operator=(ObjectRef other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~ObjectRef() {
        if (object_) g_object_unref(object_);
    }

    T* get() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }

private:
    T* object_ = nullptr;
};

}  // namespace neural_style
