// A small curve of the loss over the evaluations, on a logarithmic axis. Used by the progress panel; main thread.
#pragma once

#include <gtk/gtk.h>

#include <vector>

namespace neural_style {

class LossPlot {
public:
    LossPlot();
    GtkWidget* widget() const { return area_; }

    void clear();
    /// `expected` is how many evaluations there will be at the most: the width of the plot.
    void add(double loss, int scale, int expected);

private:
    void draw(cairo_t* cr) const;

    struct Point {
        double loss;
        int scale;
    };
    GtkWidget* area_;
    std::vector<Point> points_;
    int expected_ = 1;
};

}  // namespace neural_style
