// GObject signals and GLib timers with C++ callables. Used throughout the dialog; main thread.
#pragma once

#include <glib-object.h>

#include <functional>
#include <memory>
#include <utility>

namespace neural_style {

namespace signals_detail {

template <class Function, class Member>
struct Trampoline;

template <class Function, class Result, class... Arguments>
struct Trampoline<Function, Result (Function::*)(Arguments...) const> {
    static Result call(gpointer function, Arguments... arguments) {
        return (*static_cast<Function*>(function))(arguments...);
    }
    static void release(gpointer function, GClosure*) { delete static_cast<Function*>(function); }
};

}  // namespace signals_detail

/// Calls `function` (a lambda that is not mutable) at each emission with the signal's arguments, the emitting object
/// left out; it may leave out arguments at the end too. It lives as long as the connection, at the most as the object.
template <class Function>
gulong connect(gpointer object, const char* signal, Function function) {
    using Call = signals_detail::Trampoline<Function, decltype(&Function::operator())>;
    return g_signal_connect_data(object, signal, reinterpret_cast<GCallback>(&Call::call),
                                 new Function(std::move(function)), &Call::release, G_CONNECT_SWAPPED);
}

/// Handlers of `object` that match stay silent during its life: to show a value without hearing of it as a change.
class Silence {
public:
    Silence(gpointer object, gulong handler) : object_(object), handler_(handler) {
        g_signal_handler_block(object_, handler_);
    }
    ~Silence() { g_signal_handler_unblock(object_, handler_); }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

private:
    gpointer object_;
    gulong handler_;
};

/// One call later on, or repeated ones; none after its end.
class Timer {
public:
    Timer() = default;
    ~Timer() { stop(); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    /// Replaces what was asked for before.
    void once(unsigned milliseconds, std::function<void()> call) {
        begin(milliseconds, [call = std::move(call)] {
            call();
            return false;
        });
    }
    /// Until `call` returns false.
    void every(unsigned milliseconds, std::function<bool()> call) { begin(milliseconds, std::move(call)); }
    /// Whenever nothing else is to be done, not even drawing, until `call` returns false.
    void when_idle(std::function<bool()> call) {
        stop();
        call_ = std::make_shared<std::function<bool()>>(std::move(call));
        source_ = g_idle_add(&Timer::fire, this);
    }
    void stop() {
        if (source_) g_source_remove(std::exchange(source_, 0));
    }
    bool waiting() const { return source_ != 0; }

private:
    void begin(unsigned milliseconds, std::function<bool()> call) {
        stop();
        call_ = std::make_shared<std::function<bool()>>(std::move(call));
        source_ = g_timeout_add(milliseconds, &Timer::fire, this);
    }
    static gboolean fire(gpointer data) {
        auto* timer = static_cast<Timer*>(data);
        const unsigned source = timer->source_;
        const auto call = timer->call_;  // stays alive when the call asks for another one
        const bool again = (*call)();
        if (timer->source_ != source) return G_SOURCE_REMOVE;  // stopped or asked for anew meanwhile
        if (!again) timer->source_ = 0;
        return again ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
    }

    unsigned source_ = 0;
    std::shared_ptr<std::function<bool()>> call_;
};

}  // namespace neural_style
