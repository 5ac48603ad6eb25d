// The bar on top of the window that says what went wrong, and may offer ways out. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <string>
#include <vector>

#include "neural-style/error.hpp"

namespace neural_style {

class MessageBar {
public:
    /// A button beside the sentence; pressing it hides the bar and does `take`.
    struct Offer {
        std::string label;
        std::function<void()> take;
    };

    MessageBar();
    GtkWidget* widget() const { return bar_; }

    /// Shows `sentence` under a title that fits the cause, and what can be done now.
    void show(Cause cause, const std::string& sentence, std::vector<Offer> offers = {});
    void hide();

private:
    GtkWidget* bar_;
    GtkWidget* title_;
    GtkWidget* sentence_;
    std::vector<GtkWidget*> buttons_;  // as offers_; a response is the number of its offer
    std::vector<Offer> offers_;
};

}  // namespace neural_style
