// The bar on top of the window that says what went wrong, and may offer a way out. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <string>

#include "neural-style/error.hpp"

namespace neural_style {

class MessageBar {
public:
    MessageBar();
    GtkWidget* widget() const { return bar_; }

    /// Shows `sentence` under a title that fits the cause, and a button if `offer` is not empty.
    void show(Cause cause, const std::string& sentence, const std::string& offer = {}, std::function<void()> take = {});
    void hide();

private:
    GtkWidget* bar_;
    GtkWidget* title_;
    GtkWidget* sentence_;
    GtkWidget* offer_;
    std::function<void()> take_;
};

}  // namespace neural_style
