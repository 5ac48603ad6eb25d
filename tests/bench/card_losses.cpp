// How far above float32's losses runs end that round their numbers as a card does, on the pretended one. Prints a
// table: the mean difference over several sets of weights and its standard deviation, in percent. usage: card_losses
// gatys|tutorial SETS EVALUATIONS
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

void print_losses(const std::string& loss, int sets, int evaluations) {
    testing::SmallNetwork network("card-losses-" + loss, {{16, 16}, {32, 32}, {64, 64}, {64}}, "relu3_2",
                                  "relu1_1, relu2_1, relu3_1, relu4_1");
    std::vector<double> precise;
    for (int set = 1; set <= sets; ++set)
        precise.push_back(reached(network.settings(set), loss, evaluations, {"", "float32", 24, 24}));
    std::printf("| %s, %d sets of weights, %d evaluations | above float32, %% |\n|---|---|\n", loss.c_str(), sets,
                evaluations);
    for (const Rounding& rounding : roundings) {
        double sum = 0, squares = 0;
        for (int set = 1; set <= sets; ++set) {
            const double above =
                100 * (reached(network.settings(set), loss, evaluations, rounding) / precise[std::size_t(set - 1)] - 1);
            sum += above;
            squares += above * above;
        }
        const double mean = sum / sets;
        std::printf("| %s | %.1f ± %.1f |\n", rounding.name, mean,
                    std::sqrt(std::max(0.0, squares / sets - mean * mean)));
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace neural_style

int main(int count, char** words) {
    if (count != 4) {
        std::fputs("usage: card_losses gatys|tutorial SETS EVALUATIONS\n", stderr);
        return 2;
    }
    neural_style::print_losses(words[1], std::atoi(words[2]), std::atoi(words[3]));
}
