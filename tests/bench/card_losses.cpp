// How far above float32's losses runs end that round their numbers as a GPU does, on the simulated one. Prints a table:
// the mean difference over several runs and its standard deviation, in percent. The runs have a set of random weights
// each or, with a weights file of vgg16-caffe, a start from noise each. usage: card_losses gatys|tutorial|covariance
// RUNS EVALUATIONS [WEIGHTS]
#include <ATen/Context.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "card/pretend_card.hpp"
#include "small_runs.hpp"

namespace neural_style {
namespace {

struct Rounding {
    const char* name;
    const char* precision;
    int convolution_bits, product_bits;
};

const Rounding roundings[] = {{"float32 without its last bit", "float32", 23, 23},
                              {"TF32, convolutions alone", "float32", 11, 24},
                              {"TF32", "float32", 11, 11},
                              {"float16", "float16", 24, 24}};

// Lets products of features be rounded, as choose_precision does for a card that knows TF32.
class OnCard : public testing::Recorder {
public:
    void on_scale(const ScaleEvent& event) override {
        at::globalContext().setAllowTF32CuDNN(true);
        testing::Recorder::on_scale(event);
    }
};

// The last loss; no number if one of the run's was none.
double reached(const std::string& network, const std::string& loss, int evaluations, const Rounding& rounding) {
    testing::reset_pretend_card();
    testing::pretend_card().records = false;
    testing::pretend_card().convolution_bits = rounding.convolution_bits;
    testing::pretend_card().product_bits = rounding.product_bits;
    Request request;
    request.content = testing::speckled(testing::scene(64, 48));
    request.styles = {{testing::strokes(44, 40), 1}};
    request.settings =
        Settings::parse("threads=1;preview-every=0;scales=1;loss=" + loss + ";precision=" + rounding.precision +
                        ";iterations=" + std::to_string(evaluations) + ";" + network);
    OnCard recorder;
    if (run_with(request, recorder).kind != Outcome::Kind::finished) return std::nan("");
    for (const Evaluation& event : recorder.evaluations)
        if (!std::isfinite(event.total_loss)) return std::nan("");
    return recorder.evaluations.back().total_loss;
}

void print_losses(const std::string& loss, int runs, int evaluations, const std::string& weights) {
    testing::SmallNetwork network("card-losses-" + loss, {{16, 16}, {32, 32}, {64, 64}, {64}}, "relu3_2",
                                  "relu1_1, relu2_1, relu3_1, relu4_1");
    const auto settings = [&](int run) {
        if (weights.empty()) return network.settings(run);
        return "network=vgg16-caffe;weights=" + weights + ";init=noise;seed=" + std::to_string(run) + ";";
    };
    std::vector<double> precise;
    for (int run = 1; run <= runs; ++run)
        precise.push_back(reached(settings(run), loss, evaluations, {"", "float32", 24, 24}));
    std::printf("| %s, %d runs, %d evaluations | above float32, %% |\n|---|---|\n", loss.c_str(), runs, evaluations);
    for (const Rounding& rounding : roundings) {
        double sum = 0, squares = 0;
        for (int run = 1; run <= runs; ++run) {
            const double above =
                100 * (reached(settings(run), loss, evaluations, rounding) / precise[std::size_t(run - 1)] - 1);
            sum += above;
            squares += above * above;
        }
        const double mean = sum / runs;
        std::printf("| %s | %.1f ± %.1f |\n", rounding.name, mean,
                    std::sqrt(std::max(0.0, squares / runs - mean * mean)));
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace neural_style

int main(int count, char** words) {
    if (count != 4 && count != 5) {
        std::fputs("usage: card_losses gatys|tutorial|covariance RUNS EVALUATIONS [WEIGHTS]\n", stderr);
        return 2;
    }
    neural_style::print_losses(words[1], std::atoi(words[2]), std::atoi(words[3]), count == 5 ? words[4] : "");
}
